import { type AdvisoryFacts, factsOf } from "../advisories/facts.ts";
import { parseOsv } from "../advisories/osv.ts";
import { createAdvisoryIndex } from "./advisory-index.ts";
import { isAffected } from "./is-affected.ts";
import { matchComponents, type MatchResult } from "./match.ts";

/** An advisory about one package, for tests. */
export interface ExampleAdvisory {
  id?: string;
  aliases?: string[];
  withdrawn?: string;
  package: [ecosystem: string, name: string];
  events?: Record<string, string>[];
  versions?: string[];
  type?: string;
  severity?: string;
}

/** The facts of an example. */
export function facts(given: ExampleAdvisory): AdvisoryFacts {
  const { id = "TEST-1", aliases = [], withdrawn, events, versions, type = "ECOSYSTEM", severity } = given;
  const [ecosystem, name] = given.package;
  return factsOf(
    parseOsv({
      id,
      aliases,
      modified: "2026-01-01T00:00:00Z",
      ...(withdrawn === undefined ? {} : { withdrawn }),
      ...(severity === undefined ? {} : { severity: [{ type: "CVSS_V3", score: severity }] }),
      affected: [
        {
          package: { ecosystem, name },
          ...(events === undefined ? {} : { ranges: [{ type, events }] }),
          ...(versions === undefined ? {} : { versions }),
        },
      ],
    }),
  );
}

/** Matches components against records, whose sequences start at 1. */
export function find(purls: string[], records: AdvisoryFacts[]): MatchResult {
  const advisories = records.map((record, at) => ({ seq: at + 1, facts: record }));
  return matchComponents(
    purls.map((purl) => ({ purl })),
    createAdvisoryIndex(advisories),
  );
}

/** The components that an example affects. The question for one record must agree with the matcher. */
export function affects(record: ExampleAdvisory, purls: string[]): string[] {
  const { findings } = find(purls, [facts(record)]);
  const found = findings.map(({ purl }) => purl);
  const asked = purls.filter((purl) => isAffected(purl, facts(record))).sort();
  if (asked.join() !== [...found].sort().join()) throw new Error(`isAffected disagrees: ${asked.join()}`);
  return found;
}
