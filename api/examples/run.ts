import type { Delta } from "../../model/runs/delta.ts";
import type { Run } from "../../model/runs/run.ts";

export const deltaExample: Delta = {
  imageDigest: `sha256:${"4f".repeat(32)}`,
  newFindings: 1,
  newCritical: 0,
  newHigh: 1,
  kevHits: [],
  fixed: 0,
  unchanged: 12,
  cause: "advisory",
  topFindings: [
    {
      purl: "pkg:npm/lodash@4.17.20",
      vulnerability: "CVE-2021-23337",
      severity: "high",
      score: 7.2,
      fixedVersion: "4.17.21",
    },
  ],
  detectedAt: "2026-05-02T00:00:04.120Z",
};

export const runExample: Run = {
  schemaVersion: "scheduler.run@1",
  id: "run_0198c2f4000070008000000000000002",
  tenantId: "acme",
  scheduleId: "sch_0198c2f4000070008000000000000001",
  trigger: "cron",
  state: "completed",
  mode: "analysis-only",
  pool: "default",
  reason: { text: "nightly, due 2026-05-02T00:00:00.000Z" },
  stats: { planner: 120, queue: 40, execution: 3900, postProcessing: 60 },
  counts: { planned: 180, fresh: 20, succeeded: 178, failed: 0, incomplete: 2, cancelled: 0 },
  segments: { total: 32, open: 0, parked: 0 },
  coverage: { components: 41_230, matchable: 40_988 },
  findings: { newFindings: 1, newCritical: 0, newHigh: 1, fixed: 0, imagesChanged: 1 },
  deltas: [deltaExample],
  correlationId: "sch_0198c2f4000070008000000000000001/2026-05-02T00:00:00.000Z",
  createdAt: "2026-05-02T00:00:00.010Z",
  createdBy: "ann@example.com",
  plannedAt: "2026-05-02T00:00:00.130Z",
  startedAt: "2026-05-02T00:00:00.170Z",
  finishedAt: "2026-05-02T00:00:04.130Z",
};
