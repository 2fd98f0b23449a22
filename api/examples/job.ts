import type { JobDocument } from "../../engine/jobs/documents.ts";
import type { JobRecordDocument } from "../../engine/jobs/get.ts";
import { runExample } from "./run.ts";

export const jobExample: JobDocument = {
  schemaVersion: "scheduler.job@1",
  id: "job_0198c2f4000070008000000000000003",
  tenantId: "acme",
  runId: runExample.id,
  kind: "scan",
  class: "scheduled",
  state: "queued",
  images: 6,
  attempt: 2,
  tries: 1,
  crashes: 0,
  worker: "wrk_0198c2f4000070008000000000000004",
  reason: "The advisories could not be fetched.",
  createdAt: "2026-05-02T00:00:00.130Z",
  queuedAt: "2026-05-02T00:00:02.410Z",
  live: {
    state: "leased",
    worker: "wrk_0198c2f4000070008000000000000005",
    inStateMs: 640,
    progress: { done: 2, total: 6, phase: "match" },
  },
};

export const jobRecordExample: JobRecordDocument = {
  ...jobExample,
  attempts: [
    {
      attempt: 1,
      outcome: "failed",
      errorClass: "dependency_down",
      message: "The advisories could not be fetched.",
      worker: "wrk_0198c2f4000070008000000000000004",
      leasedMs: 310,
      settledAt: "2026-05-02T00:00:00.790Z",
    },
  ],
  lateResults: [],
  artifacts: [],
};
