import type { Finding } from "../api-client.ts";
import type { Story } from "../story.ts";

const shown = 6;

/** The worst vulnerabilities, each once, with the number of images that have it. */
export function showFindings({ screen }: Story, findings: readonly Finding[]): void {
  const groups = [...Map.groupBy(findings, ({ vulnerability }) => vulnerability).values()];
  const worst = groups
    .map((group) => ({ group, worst: group.reduce((a, b) => ((b.score ?? 0) > (a.score ?? 0) ? b : a)) }))
    .toSorted((a, b) => (b.worst.score ?? 0) - (a.worst.score ?? 0) || b.group.length - a.group.length)
    .slice(0, shown);
  if (worst.length === 0) return;
  screen.table(
    worst.map(({ group, worst }) => [
      worst.severity,
      worst.score === undefined ? "" : worst.score.toFixed(1),
      worst.vulnerability,
      shortPurl(worst.purl),
      worst.fixedVersion ?? "no fix",
      String(new Set(group.map(({ imageDigest }) => imageDigest)).size),
    ]),
    ["severity", "CVSS", "vulnerability", "for example in", "fixed in", "images"],
  );
}

/** A package URL without its qualifiers, at most 56 characters. */
export function shortPurl(purl: string): string {
  const short = purl.replace(/[?#].*$/, "");
  return short.length > 56 ? `${short.slice(0, 55)}…` : short;
}
