import { z } from "zod";
import { type AdvisoryFacts, advisoryFactsSchema } from "../../model/advisories/facts.ts";
import { timestamp, toTimestamp } from "../../model/time/timestamp.ts";
import type { AdvisoryRow } from "../../store/advisories/read.ts";

const recordFields = {
  feed: z.enum(["tenant", "shared"]),
  sequence: z.int().meta({ description: "The feed sequence of this record." }),
  digest: z.string().meta({ description: "SHA-256 over the canonical JSON of `facts`." }),
  recordedAt: timestamp,
};

/** A stored record with all its facts. */
export const advisoryDocument = z.object({
  schemaVersion: z.literal("scheduler.advisory@1"),
  ...recordFields,
  replacedBySequence: z.int().optional(),
  facts: advisoryFactsSchema,
});

export type AdvisoryDocument = z.infer<typeof advisoryDocument>;

/** A record in a list: without ranges and versions, and with 20 packages at most. */
export const advisorySummary = advisoryFactsSchema
  .omit({ affected: true })
  .extend({ ...recordFields, packages: z.array(z.object({ ecosystem: z.string(), name: z.string() })) });

export type AdvisorySummary = z.infer<typeof advisorySummary>;

const summaryPackages = 20;

export function toAdvisoryDocument(row: AdvisoryRow): AdvisoryDocument {
  return {
    schemaVersion: "scheduler.advisory@1",
    ...recordFieldsOf(row),
    ...(row.supersededSeq === null ? {} : { replacedBySequence: row.supersededSeq }),
    facts: factsIn(row),
  };
}

export function toAdvisorySummary(row: AdvisoryRow): AdvisorySummary {
  const { affected, ...facts } = factsIn(row);
  const packages = affected.slice(0, summaryPackages).map(({ ecosystem, name }) => ({ ecosystem, name }));
  return { ...facts, ...recordFieldsOf(row), packages };
}

function recordFieldsOf(row: AdvisoryRow): Pick<AdvisoryDocument, keyof typeof recordFields> {
  return {
    feed: row.isShared ? "shared" : "tenant",
    sequence: row.seq,
    digest: row.digest,
    recordedAt: toTimestamp(row.recordedAt.getTime()),
  };
}

/** Checked when it was written. */
function factsIn(row: AdvisoryRow): AdvisoryFacts {
  return JSON.parse(row.facts) as AdvisoryFacts;
}
