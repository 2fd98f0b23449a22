import type { z } from "zod";
import type { redrivePreview } from "../../engine/jobs/redrive/preview.ts";
import type { redriveRequest } from "../../engine/jobs/redrive/request.ts";
import type { RetryAnswer } from "../../engine/runs/retry-answer.ts";
import { parkedJobExample } from "./job.ts";
import { runExample } from "./run.ts";

export const redriveExample: z.input<typeof redriveRequest> = {
  filter: { errorCode: "HTTP_503" },
  ratePerSecond: 10,
  reason: "the registry is back",
};

export const redrivePreviewExample: z.infer<typeof redrivePreview> = {
  jobs: 14,
  images: 81,
  runs: 2,
  oldest: "2026-05-02T00:41:10.120Z",
  newest: "2026-05-02T01:02:44.730Z",
  kinds: [{ kind: "scan", jobs: 14 }],
  modes: [{ mode: "analysis-only", jobs: 14 }],
  pools: [{ pool: "default", jobs: 14 }],
  reasons: [{ reason: "tries_exhausted", jobs: 14 }],
  errors: [{ class: "dependency_down", code: "HTTP_503", jobs: 14 }],
  skipped: { redriving: 3, redriven: 0 },
  batch: { jobs: 14, planned: 78, deleted: 1, withoutSbom: 0, digest: `sha256:${"9b".repeat(32)}` },
};

const {
  finishedAt: _,
  plannedAt: __,
  startedAt: ___,
  scheduleId: ____,
  deltas: _____,
  ...created
} = runExample;

export const retryAnswerExample: RetryAnswer = {
  run: {
    ...created,
    id: "run_0198c2f4000070008000000000000009",
    trigger: "retry",
    state: "planning",
    reason: { text: "the registry is back" },
    stats: { planner: 0, queue: 0, execution: 0, postProcessing: 0 },
    counts: { planned: 0, fresh: 0, succeeded: 0, failed: 0, incomplete: 0, cancelled: 0 },
    segments: { total: 0, open: 0, parked: 0 },
    coverage: { components: 0, matchable: 0 },
    findings: { newFindings: 0, newCritical: 0, newHigh: 0, fixed: 0, imagesChanged: 0 },
    ratePerSecond: 10,
    retryOf: parkedJobExample.runId,
  },
  jobs: 14,
  images: 81,
  skipped: 3,
  remaining: 0,
};
