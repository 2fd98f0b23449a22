import { factsOf, type AdvisoryFacts } from "../../../model/advisories/facts.ts";
import { parseOsv } from "../../../model/advisories/osv.ts";
import { DomainError } from "../../../model/errors.ts";
import { createAdvisoryIndex } from "../../../model/matching/advisory-index.ts";
import { createAffectedQuestion } from "../../../model/matching/is-affected.ts";
import { matchComponents } from "../../../model/matching/match.ts";
import { parseSbom } from "../../../model/sboms/parse-sbom.ts";
import type { FleetImage } from "./fleet-image.ts";

/** What the matcher itself says of a fleet: the engine's answers are compared with it. */
export interface Expectation {
  /** Findings of all images together. */
  readonly findings: number;
  /** Digests of the images with at least one finding. */
  readonly affected: ReadonlySet<string>;
  /** For each record that has a part in some finding, the digests of the images with such a finding. */
  readonly byAdvisory: ReadonlyMap<string, ReadonlySet<string>>;
}

/** The facts of records as they are uploaded. @throws DomainError for one that is no OSV record. */
export function factsOfRecords(records: readonly unknown[]): AdvisoryFacts[] {
  return records.map((record) => factsOf(parseOsv(record)));
}

/** The facts of those records that can be read, by record; of two with one id the later one counts. */
export function readableFacts(records: readonly unknown[]): Map<unknown, AdvisoryFacts> {
  const byId = new Map<string, { record: unknown; facts: AdvisoryFacts }>();
  for (const record of records) {
    try {
      const facts = factsOf(parseOsv(record));
      byId.set(facts.id, { record, facts });
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
    }
  }
  return new Map(Array.from(byId.values(), ({ record, facts }) => [record, facts]));
}

/** Matches every image against all records. */
export function expectFindings(images: readonly FleetImage[], facts: readonly AdvisoryFacts[]): Expectation {
  const index = createAdvisoryIndex(facts.map((one, seq) => ({ seq, facts: one })));
  const affected = new Set<string>();
  const byAdvisory = new Map<string, Set<string>>();
  let count = 0;
  for (const image of images) {
    const { findings } = matchComponents(purlsOf(image), index);
    count += findings.length;
    for (const id of findings.flatMap(({ advisories }) => advisories)) {
      affected.add(image.digest);
      byAdvisory.set(id, (byAdvisory.get(id) ?? new Set()).add(image.digest));
    }
  }
  return { findings: count, affected, byAdvisory };
}

/** The digests of the images that one record affects. */
export function expectTouched(images: readonly FleetImage[], facts: AdvisoryFacts): Set<string> {
  const isAffected = createAffectedQuestion(facts);
  const touched = images.filter((image) => purlsOf(image).some(({ purl }) => isAffected(purl)));
  return new Set(touched.map(({ digest }) => digest));
}

const known = new WeakMap<FleetImage, readonly { purl: string }[]>();

/** The package URLs of an image's SBOM, read once; none when it has no SBOM. */
function purlsOf(image: FleetImage): readonly { purl: string }[] {
  const before = known.get(image);
  if (before !== undefined) return before;
  const components = image.sbom === undefined ? [] : parseSbom(JSON.parse(image.sbom)).components;
  const purls = components.flatMap(({ purl }) => (purl === undefined ? [] : [{ purl }]));
  known.set(image, purls);
  return purls;
}
