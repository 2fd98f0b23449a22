import type { AdvisoryDocument } from "../../engine/advisories/documents.ts";
import type { UpsertSummary } from "../../engine/advisories/upsert-many.ts";

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
