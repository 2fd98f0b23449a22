/**
 * The releases of a Linux distribution as OSV names them. OSV files distribution advisories by release
 * (`Debian:12`, `Alpine:v3.19`), package URLs name the release in the qualifier `distro`, each producer in
 * its own way: `debian-12`, `debian-12.5`, `bookworm`, `12`.
 */
interface Distribution {
  readonly ecosystem: string;
  /** Code names by release; https://www.debian.org/releases/ and https://releases.ubuntu.com/. */
  readonly codeNames: Readonly<Record<string, string>>;
  /** The release in OSV's spelling of a version number, `undefined` when it is none. */
  release(version: string): string | undefined;
  /** The releases that a package URL without `distro` may mean. */
  readonly known: readonly string[];
}

const debian: Distribution = {
  ecosystem: "Debian",
  codeNames: {
    wheezy: "7",
    jessie: "8",
    stretch: "9",
    buster: "10",
    bullseye: "11",
    bookworm: "12",
    trixie: "13",
    forky: "14",
  },
  release: (version) => /^([0-9]{1,3})(\.|$)/.exec(version)?.[1],
  known: ["7", "8", "9", "10", "11", "12", "13", "14"],
};

const ubuntu: Distribution = {
  ecosystem: "Ubuntu",
  codeNames: {
    trusty: "14.04",
    xenial: "16.04",
    bionic: "18.04",
    focal: "20.04",
    jammy: "22.04",
    noble: "24.04",
  },
  release: (version) => {
    const release = /^([0-9]{2}\.[0-9]{2})(\.|$)/.exec(version)?.[1];
    if (release === undefined) return undefined;
    return isUbuntuLongTerm(release) ? `${release}:LTS` : release;
  },
  known: ["14.04:LTS", "16.04:LTS", "18.04:LTS", "20.04:LTS", "22.04:LTS", "24.04:LTS"],
};

const alpine: Distribution = {
  ecosystem: "Alpine",
  codeNames: {},
  release: (version) => {
    const release = /^v?([0-9]{1,2}\.[0-9]{1,3})([._]|$)/.exec(version)?.[1];
    return release === undefined ? undefined : `v${release}`;
  },
  known: Array.from({ length: 23 }, (_, minor) => `v3.${minor + 2}`),
};

/** By package URL type and namespace. */
const distributions: Readonly<Record<string, Distribution>> = {
  "deb/debian": debian,
  "deb/ubuntu": ubuntu,
  "apk/alpine": alpine,
};

export type DistributionAnswer =
  | { readonly ecosystem: string }
  | { readonly reason: "distribution_not_covered" | "distribution_missing" | "distribution_unknown" };

/** `Debian:12` for `pkg:deb/debian/…?distro=bookworm`, or the reason why there is no answer. */
export function distributionEcosystem(
  type: string,
  namespace: string | undefined,
  distro: string | undefined,
): DistributionAnswer {
  const distribution = distributionOf(type, namespace);
  if (distribution === undefined) return { reason: "distribution_not_covered" };
  if (distro === undefined) return { reason: "distribution_missing" };
  const release = releaseOf(distribution, distro);
  if (release === undefined) return { reason: "distribution_unknown" };
  return { ecosystem: `${distribution.ecosystem}:${release}` };
}

/** Every release that is known of the distribution, for questions that name none. */
export function knownEcosystems(type: string, namespace: string | undefined): string[] {
  const distribution = distributionOf(type, namespace);
  return (distribution?.known ?? []).map((release) => `${distribution?.ecosystem}:${release}`);
}

function distributionOf(type: string, namespace: string | undefined): Distribution | undefined {
  const key = `${type}/${namespace?.toLowerCase() ?? ""}`;
  return Object.hasOwn(distributions, key) ? distributions[key] : undefined;
}

function releaseOf(distribution: Distribution, distro: string): string | undefined {
  const given = distro.toLowerCase();
  const prefix = `${distribution.ecosystem.toLowerCase()}-`;
  const version = given.startsWith(prefix) ? given.slice(prefix.length) : given;
  const { codeNames } = distribution;
  return distribution.release((Object.hasOwn(codeNames, version) ? codeNames[version] : version) ?? version);
}

/** Long-term releases come in April of even years. */
function isUbuntuLongTerm(release: string): boolean {
  return release.endsWith(".04") && Number(release.slice(0, 2)) % 2 === 0;
}
