import type { AdvisoryDocument } from "../../engine/advisories/documents.ts";
import type { UpsertSummary } from "../../engine/advisories/upsert-many.ts";

export const advisoryExample: AdvisoryDocument = {
  schemaVersion: "scheduler.advisory@1",
  feed: "shared",
  sequence: 1,
  digest: "sha256:1b3d5f7a9c0e2b4d6f8a1c3e5b7d9f0a2c4e6b8d1f3a5c7e9b0d2f4a6c8e1b3d",
  recordedAt: "2026-05-01T08:30:00.000Z",
  facts: {
    id: "GO-2020-0001",
    aliases: ["CVE-2020-36567", "GHSA-6vm3-jj99-7229"],
    modified: "2024-05-20T16:03:47Z",
    published: "2021-04-14T20:04:52Z",
    affected: [
      {
        ecosystem: "Go",
        name: "github.com/gin-gonic/gin",
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
