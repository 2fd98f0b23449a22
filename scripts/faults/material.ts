import { hash } from "node:crypto";
import type { World } from "./world.ts";

/** Which tenants there are: those whose runs meet the faults, one that asks how it goes, one that meets none. */
export const stormTenants = ["storm-a", "storm-b", "storm-c"] as const;
export const canaryTenant = "canary";
export const calmTenant = "calm";

const uploadsAtOnce = 8;
const sbomVariants = 20;
const packages = ["lodash", "minimist", "semver", "tar", "ws", "qs"] as const;

export function imageDigest(n: number): string {
  return `sha256:${hash("sha256", `image ${n}`, "hex")}`;
}

/** Gives a tenant its images with their SBOMs: the same ones for each tenant. */
export async function fillTenant({ api }: World, tenant: string, images: number): Promise<void> {
  const lines = Array.from({ length: images }, (_, n) =>
    JSON.stringify({ digest: imageDigest(n), repository: "shop/app", namespace: "shop", tags: [`v${n}`] }),
  );
  await api.ask(tenant, "POST", "/api/v1/scheduler/inventory/images", {
    raw: { text: `${lines.join("\n")}\n`, type: "application/x-ndjson" },
  });
  let next = 0;
  const upload = async () => {
    for (let n = next++; n < images; n = next++) {
      const path = `/api/v1/scheduler/inventory/images/${imageDigest(n)}/sbom`;
      const raw = { text: JSON.stringify(sbomOf(n)), type: "application/vnd.cyclonedx+json" };
      await api.ask(tenant, "PUT", path, { raw });
    }
  };
  await Promise.all(Array.from({ length: uploadsAtOnce }, upload));
}

/** Image n has two or three of the packages, in a version that some advisories touch and others do not. */
function sbomOf(n: number): object {
  const variant = n % sbomVariants;
  const chosen = packages.filter((_, at) => (variant + at) % 3 !== 0);
  const components = chosen.map((name) => {
    const purl = `pkg:npm/${name}@1.${variant % 10}.0`;
    return { type: "library", name, purl };
  });
  return { bomFormat: "CycloneDX", specVersion: "1.5", components };
}

/** How many advisories there are; those after the first two come while the faults go on. */
export const advisories = packages.length;
export const firstAdvisories = 2;

/** Advisory n: one package, all versions before one in the middle. */
export function advisoryOf(n: number): object {
  const name = packages[n];
  const events = [{ introduced: "0" }, { fixed: `1.${4 + (n % 4)}.0` }];
  return {
    schema_version: "1.6.0",
    id: `FAULT-2026-${String(n + 1).padStart(4, "0")}`,
    modified: "2026-01-01T00:00:00Z",
    affected: [{ package: { ecosystem: "npm", name }, ranges: [{ type: "SEMVER", events }] }],
  };
}

export async function uploadAdvisory({ api }: World, n: number): Promise<void> {
  await api.ask("operators", "POST", "/api/v1/scheduler/advisories?feed=shared", { body: advisoryOf(n) });
}
