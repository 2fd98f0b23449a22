import { z } from "zod";
import { tenantId } from "../../model/identity/tenant.ts";
import { jobProgress } from "../../model/queue/beat.ts";
import { jobClass } from "../../model/queue/job-message.ts";
import { runId } from "../../model/runs/run.ts";
import { timestamp } from "../../model/time/timestamp.ts";
import { poolName } from "../../model/pools/pool.ts";
import { workerId, workerStates } from "../../model/workers/worker.ts";
import { jobId } from "../jobs/documents.ts";

const count = z.int();
const rate = z.number().nullable();

/** Why a worker shall finish what it has and leave. */
export const drainNote = z.object({
  of: z.enum(["worker", "pool"]),
  reason: z.string(),
  since: timestamp,
  by: z.string(),
});

export const lateCounts = z.object({
  confirms: count.meta({ description: "The same as the accepted result." }),
  differs: count.meta({ description: "Another result for the same inputs." }),
  undecided: count.meta({ description: "The job has no accepted result to compare with." }),
});

/** A worker as operators see it. */
export const workerDocument = z.object({
  id: workerId.meta({ description: "Of the registration: a process that registers again has a new one." }),
  pool: poolName,
  state: z.enum(workerStates),
  drain: drainNote.optional(),
  host: z.string().optional().meta({ description: "As it says itself; shown with `platform.admin`." }),
  sdk: z.object({ language: z.string(), version: z.string() }),
  build: z.string().optional().meta({ description: "As it says itself." }),
  kinds: z.array(z.string()),
  concurrency: count,
  registeredAt: timestamp,
  lastHeardAt: timestamp.optional().meta({ description: "Its last claim, beat or result." }),
  leftAt: timestamp.optional(),
  idleMs: count.optional().meta({ description: "For how long it waits for work; absent when it does not." }),
  jobsInHand: count.optional().meta({ description: "Of all tenants; shown with `platform.admin`." }),
  attempts: z
    .object({
      succeeded: count,
      failed: count,
      crashed: count.meta({ description: "Its lease ended unheard." }),
      refuted: count.meta({ description: "Of failed and crashed: another worker did the same job later." }),
      failureRate: rate,
      othersFailureRate: rate.meta({
        description:
          "How often the others fail with the same mix of tenants and kinds; null where nobody else does it.",
      }),
    })
    .meta({
      description:
        "Attempts that ended within the last day, without those that say nothing about a worker (inputs at fault, " +
        "rate limits, cancellations). Without `platform.admin` those of one's own jobs.",
    }),
  isSick: z.boolean().meta({ description: "It fails where others succeed." }),
  lateResults: lateCounts.meta({
    description: "Results that came too late or twice. Without `platform.admin` those of one's own jobs.",
  }),
});

export type WorkerDocument = z.infer<typeof workerDocument>;

/** A job in the hands of a worker. */
export const jobInHand = z.object({
  jobId,
  tenantId,
  runId,
  kind: z.string(),
  class: jobClass,
  attempt: count,
  inHandMs: count,
  progress: jobProgress.optional(),
});

/** A worker with what it does. */
export const workerRecord = workerDocument.extend({
  jobs: z.array(jobInHand).meta({
    description: "In its hands, the oldest first. Without `platform.admin` one's own.",
  }),
  differing: z
    .array(z.object({ tenantId, jobId, attempt: count, outcome: z.string(), receivedAt: timestamp }))
    .meta({ description: "The latest 10 of its results that differ from the accepted ones." }),
});

export type WorkerRecord = z.infer<typeof workerRecord>;
