import { invalidField } from "../errors.ts";
import { readCycloneDx } from "./cyclonedx.ts";
import { whyUnmatchable } from "./matchability.ts";
import { createProblems } from "./problems.ts";
import { isObject, type JsonObject } from "./read-text.ts";
import {
  cycloneDxVersions,
  defaultSbomLimits,
  type Sbom,
  type SbomComponent,
  type SbomLimits,
  spdxVersions,
  type UnmatchableReason,
} from "./sbom.ts";
import { readSpdx } from "./spdx.ts";

const accepted = "Accepted are CycloneDX 1.2 to 1.7 and SPDX 2.2 to 2.3, both as JSON";

/**
 * Reads an SBOM that was parsed as JSON. Components without a purl are kept and counted as not matchable; a
 * purl that cannot be read, or any field of the wrong type, refuses the document. 200,000 components take 1 to 2 s.
 * Throws `invalid` with the places, such as `components[17].purl`: the first 20 by name, the rest by number.
 */
export function parseSbom(document: unknown, limits: SbomLimits = defaultSbomLimits): Sbom {
  const { format, specVersion, root } = detectFormat(document);
  const problems = createProblems();
  const read = format === "cyclonedx" ? readCycloneDx : readSpdx;
  const { subject, components } = read(root, limits, problems);
  problems.throwIfAny();
  const unique = sortedUnique(components);
  return { format, specVersion, subject, components: unique, ...countMatchable(unique) };
}

function detectFormat(document: unknown): { format: Sbom["format"]; specVersion: string; root: JsonObject } {
  if (!isObject(document)) throw invalidField("document", `is no JSON object. ${accepted}`);
  if (document["bomFormat"] === "CycloneDX") {
    const specVersion = cycloneDxVersions.find((version) => version === document["specVersion"]);
    if (specVersion) return { format: "cyclonedx", specVersion, root: document };
    throw invalidField("specVersion", `${quote(document["specVersion"])} is not read. ${accepted}`);
  }
  if (document["spdxVersion"] !== undefined) {
    const spdxVersion = spdxVersions.find((version) => version === document["spdxVersion"]);
    if (spdxVersion)
      return { format: "spdx", specVersion: spdxVersion.slice("SPDX-".length), root: document };
    throw invalidField("spdxVersion", `${quote(document["spdxVersion"])} is not read. ${accepted}`);
  }
  throw invalidField("document", `has neither bomFormat "CycloneDX" nor a spdxVersion. ${accepted}`);
}

function quote(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value.slice(0, 40)) : "What is given";
}

/** Sorted by purl (those without one last), name, version and reference; of equal purls the first. */
function sortedUnique(components: readonly SbomComponent[]): SbomComponent[] {
  const sorted = components.toSorted(compareComponents);
  return sorted.filter(({ purl }, index) => purl === undefined || purl !== sorted[index - 1]?.purl);
}

function compareComponents(a: SbomComponent, b: SbomComponent): number {
  return (
    compareText(a.purl, b.purl) ||
    compareText(a.name, b.name) ||
    compareText(a.version, b.version) ||
    compareText(a.ref, b.ref)
  );
}

function compareText(a: string | undefined, b: string | undefined): number {
  if (a === b) return 0;
  if (a === undefined || b === undefined) return a === undefined ? 1 : -1;
  return a < b ? -1 : 1;
}

function countMatchable(
  components: readonly SbomComponent[],
): Pick<Sbom, "componentCount" | "matchableCount" | "unmatchable"> {
  const reasons = new Map<UnmatchableReason, number>();
  let matchableCount = 0;
  for (const { purl } of components) {
    const reason = whyUnmatchable(purl);
    if (reason === undefined) matchableCount += 1;
    else reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
  const unmatchable = Object.fromEntries([...reasons].sort(([a], [b]) => compareText(a, b)));
  return { componentCount: components.length, matchableCount, unmatchable };
}
