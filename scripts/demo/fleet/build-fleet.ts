import { hash } from "node:crypto";
import type { PurlParts } from "../../../model/purl/format.ts";
import { cycloneDxDocument } from "./cyclonedx.ts";
import type { FleetImage } from "./fleet-image.ts";
import type { PackageList } from "./package-list.ts";

const registry = "registry.example.com";

type Repository = PackageList["repositories"][number];

/**
 * Makes `count` images, spread over the repositories of the list: in each a series of releases, whose
 * packages get newer from one to the next, though not all at the same pace. Every tenth release was built
 * again without a change and has the SBOM of the one before it; the very last image has none. The same list
 * and count give the same bytes.
 */
export function buildFleet(list: PackageList, count: number): FleetImage[] {
  const images = list.repositories.flatMap((repository, index) => {
    const { length } = list.repositories;
    const share = Math.floor(count / length) + (index < count % length ? 1 : 0);
    return releases(list, repository, index, share);
  });
  const last = images.at(-1);
  return last === undefined ? [] : [...images.slice(0, -1), { ...last, sbom: undefined }];
}

function releases(list: PackageList, repository: Repository, index: number, count: number): FleetImage[] {
  const images: FleetImage[] = [];
  const name = `${registry}/${repository.name}`;
  for (let release = 0; release < count; release++) {
    const version = `1.${release}.0`;
    const isRebuilt = release % 10 === 9;
    const age = count === 1 ? 1 : release / (count - 1);
    const packages = [
      ...basePackages(list, repository, release, age),
      ...stackPackages(list, repository, release, age),
    ];
    const subject = { name, version };
    images.push({
      digest: `sha256:${hash("sha256", `${name}:${version}`, "hex")}`,
      repository: name,
      namespace: repository.name.split("/")[0] ?? repository.name,
      tags: release === count - 1 ? [version, "latest"] : [version],
      labels: { base: repository.base, stack: repository.stack },
      sbom: isRebuilt
        ? images.at(-1)?.sbom
        : cycloneDxDocument(index % 2 === 0 ? "1.6" : "1.5", subject, packages),
    });
  }
  return images;
}

function basePackages(list: PackageList, repository: Repository, release: number, age: number): PurlParts[] {
  const base = list.bases[repository.base];
  if (base === undefined) return [];
  // A base image is rebuilt now and then, so several releases share one.
  const vintage = Math.floor(release / 3);
  return Object.entries(base.packages).map(([name, { upstream, versions }]) => ({
    type: base.type,
    namespace: base.namespace,
    name,
    version: pick(versions, age, [repository.base, String(vintage)]),
    qualifiers: {
      arch: base.arch,
      distro: repository.base,
      ...(upstream === undefined ? {} : { upstream }),
    },
  }));
}

function stackPackages(list: PackageList, repository: Repository, release: number, age: number): PurlParts[] {
  const stack = list.stacks[repository.stack];
  if (stack === undefined) return [];
  return Object.entries(stack.packages)
    .filter(([name]) => !repository.without.includes(name))
    .map(([name, versions]) => {
      const slash = name.lastIndexOf("/");
      return {
        type: stack.type,
        namespace: slash < 0 ? null : name.slice(0, slash),
        name: name.slice(slash + 1),
        // Packages of one family have the same releases and move together.
        version: pick(versions, age, [repository.name, String(release), versions.join()]),
      };
    });
}

/** A version for an image of this age (0 the oldest, 1 the newest); some packages lag, some run ahead. */
function pick(versions: readonly string[], age: number, seed: readonly string[]): string {
  const pace = Math.min(0.999, Math.max(0, age + (fraction(seed) - 0.5) * 0.6));
  return versions[Math.floor(pace * versions.length)] ?? "";
}

/** A number in [0, 1) that depends on the texts only. */
function fraction(seed: readonly string[]): number {
  return Number.parseInt(hash("sha256", seed.join("\n"), "hex").slice(0, 8), 16) / 2 ** 32;
}
