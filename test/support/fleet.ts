import type { Journey } from "./journey.ts";

/** The digest of the n-th image of a test's fleet. */
export function imageDigest(n: number): string {
  return `sha256:${n.toString(16).padStart(64, "0")}`;
}

/** An OSV record about an npm package. */
export function npmAdvisory(id: string, name: string, fixed: string, more: object = {}): object {
  const events = [{ introduced: "0" }, { fixed }];
  const affected = [{ package: { ecosystem: "npm", name }, ranges: [{ type: "SEMVER", events }] }];
  return { schema_version: "1.6.0", id, modified: "2026-01-01T00:00:00Z", affected, ...more };
}

/**
 * Images 0 … count-1 of repository shop/app with an SBOM each: lodash 4.17.20, and minimist 1.2.0 in every
 * tenth. Uploaded over HTTP, as a gateway would.
 */
export async function addFleet(journey: Journey, count: number): Promise<void> {
  const lines = Array.from({ length: count }, (_, n) =>
    JSON.stringify({ digest: imageDigest(n), repository: "shop/app", namespace: "shop", tags: [`v${n}`] }),
  );
  await journey.ask("POST", "/api/v1/scheduler/inventory/images", `${lines.join("\n")}\n`, {
    headers: { "content-type": "application/x-ndjson" },
  });
  for (let n = 0; n < count; n++) {
    const purls = [
      "pkg:npm/lodash@4.17.20",
      `pkg:npm/own-${n}@1.0.0`,
      ...(n % 10 === 0 ? ["pkg:npm/minimist@1.2.0"] : []),
    ];
    const components = purls.map((purl) => ({ type: "library", name: purl, purl }));
    const sbom = { bomFormat: "CycloneDX", specVersion: "1.5", components };
    await journey.ask(
      "PUT",
      `/api/v1/scheduler/inventory/images/${imageDigest(n)}/sbom`,
      JSON.stringify(sbom),
      {
        headers: { "content-type": "application/vnd.cyclonedx+json" },
      },
    );
  }
}

/** The parts of a run's document that journeys look at. */
export interface RunView {
  readonly id: string;
  readonly state: string;
  readonly trigger: string;
  readonly counts: Record<"planned" | "fresh" | "succeeded" | "failed" | "incomplete" | "cancelled", number>;
  readonly segments: { readonly total: number; readonly open: number; readonly parked: number };
}

export const getRun = (journey: Journey, id: string): Promise<RunView> =>
  journey.ask<RunView>("GET", `/api/v1/scheduler/runs/${id}`);

export const hasEnded = (run: RunView): boolean => ["completed", "cancelled", "error"].includes(run.state);
