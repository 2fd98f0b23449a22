import type { z } from "zod";
import type { buildDocument } from "../../engine/workers/builds.ts";
import type { WorkerDocument, WorkerRecord } from "../../engine/workers/documents.ts";
import type { PoolDocument } from "../../engine/workers/pools.ts";
import type { Told } from "../../engine/workers/told.ts";

const sdk = { language: "go", version: "0.1.0" };

/** A worker that fails where others succeed. */
export const workerExample: WorkerDocument = {
  id: "wrk_0198c2f4000070008000000000000004",
  pool: "default",
  state: "active",
  host: "node-7",
  sdk,
  build: "2026-03-01.4",
  kinds: ["scan"],
  concurrency: 8,
  registeredAt: "2026-03-01T08:00:00.000Z",
  lastHeardAt: "2026-03-01T12:00:00.000Z",
  jobsInHand: 1,
  attempts: {
    succeeded: 12,
    failed: 37,
    crashed: 0,
    refuted: 35,
    failureRate: 0.7551,
    othersFailureRate: 0.0101,
  },
  isSick: true,
  lateResults: { confirms: 2, differs: 1, undecided: 0 },
};

export const workerRecordExample: WorkerRecord = {
  ...workerExample,
  jobs: [
    {
      jobId: "job_0198c2f4000070008000000000000002",
      tenantId: "acme",
      runId: "run_0198c2f4000070008000000000000001",
      kind: "scan",
      class: "scheduled",
      attempt: 1,
      inHandMs: 4_200,
      progress: { done: 120, total: 200, phase: "match" },
    },
  ],
  differing: [
    {
      tenantId: "acme",
      jobId: "job_0198c2f4000070008000000000000001",
      attempt: 1,
      outcome: "succeeded",
      receivedAt: "2026-03-01T11:30:00.000Z",
    },
  ],
};

export const toldExample: Told = { workers: 1, draining: 1, jobsInHand: 1 };

export const poolExample: PoolDocument = {
  name: "default",
  workers: { active: 0, draining: 2, lost: 0 },
  slots: 0,
  drain: { of: "pool", reason: "kernel update", since: "2026-03-01T12:00:00.000Z", by: "ann" },
};

export const buildExample: z.infer<typeof buildDocument> = {
  sdk,
  build: "2026-03-01.4",
  workersAlive: 3,
  lateResults: { confirms: 40, differs: 1, undecided: 2 },
  lastDifferingAt: "2026-03-01T11:30:00.000Z",
};
