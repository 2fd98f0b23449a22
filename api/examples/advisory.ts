import type { z } from "zod";
import type { AdvisoryDocument, AdvisorySummary } from "../../engine/advisories/documents.ts";
import type { feedsDocument } from "../../engine/advisories/read.ts";
import type { UpsertSummary } from "../../engine/advisories/upsert-many.ts";
import type { UpsertedAdvisory } from "../../engine/advisories/upsert-one.ts";

export const advisoryExample: AdvisoryDocument = {
  schemaVersion: "scheduler.advisory@1",
  feed: "shared",
  sequence: 1,
  digest: "sha256:1b3d5f7a9c0e2b4d6f8a1c3e5b7d9f0a2c4e6b8d1f3a5c7e9b0d2f4a6c8e1b3d",
  recordedAt: "2026-05-01T08:30:00.000Z",
  facts: {
    id: "EX-2026-0001",
    aliases: ["EX-CVE-2026-1"],
    modified: "2026-05-01T08:00:00Z",
    published: "2026-04-30T12:00:00Z",
    affected: [
      {
        ecosystem: "Go",
        name: "example.com/team/web",
        ranges: [
          {
            events: [
              { event: "introduced", version: "0" },
              { event: "fixed", version: "1.6.0" },
            ],
          },
        ],
        versions: [],
      },
    ],
    severity: { level: "unknown" },
  },
};

export const upsertSummaryExample: UpsertSummary = {
  feedSequence: 4_291,
  created: 4_290,
  updated: 1,
  unchanged: 12,
  stale: 0,
  failed: 1,
  errors: [{ line: 17, message: "affected[0].ranges[0].type: Invalid option" }],
};

const { affected, ...exampleFacts } = advisoryExample.facts;

export const advisorySummaryExample: AdvisorySummary = {
  ...exampleFacts,
  feed: advisoryExample.feed,
  sequence: advisoryExample.sequence,
  digest: advisoryExample.digest,
  recordedAt: advisoryExample.recordedAt,
  packages: affected.map(({ ecosystem, name }) => ({ ecosystem, name })),
};

export const upsertedAdvisoryExample: UpsertedAdvisory = {
  id: advisoryExample.facts.id,
  status: "created",
  feedSequence: 4_291,
};

export const feedsExample: z.infer<typeof feedsDocument> = {
  feedSequence: 4_291,
  feeds: [
    {
      feed: "shared",
      advisories: 4_290,
      withdrawn: 31,
      lastSequence: 4_291,
      lastRecordedAt: "2026-05-01T08:30:00.000Z",
    },
  ],
};

/** A record as callers send it. */
export const osvExample = {
  id: "GO-2020-0001",
  modified: "2026-01-01T00:00:00Z",
  affected: [
    {
      package: { ecosystem: "Go", name: "github.com/gin-gonic/gin" },
      ranges: [{ type: "SEMVER", events: [{ introduced: "0" }, { fixed: "1.6.0" }] }],
    },
  ],
};
