import { z } from "zod";
import { type JobState, jobStates } from "../../model/jobs/states.ts";
import { tenantId } from "../../model/identity/tenant.ts";
import { jobProgress } from "../../model/queue/beat.ts";
import { concurrencyKey, type JobClass, jobClass } from "../../model/queue/job-message.ts";
import { runId } from "../../model/runs/run.ts";
import { timestamp, toTimestamp } from "../../model/time/timestamp.ts";
import type { JobRow } from "../../store/jobs/rows.ts";
import type { OpenJob } from "../../platform/valkey/job-queue.ts";

export const jobId = z.string().regex(/^job_[0-9a-f]{32}$/, "must be job_ and 32 hexadecimal digits");

/** What the queue says of an open job right now; absent where the queue was not asked or does not hold it. */
export const liveJob = z.object({
  state: z.enum(["ready", "delayed", "leased", "settled", "cancelled"]),
  worker: z.string().optional(),
  inStateMs: z.int().meta({ description: "How long it is in this state, in milliseconds." }),
  progress: jobProgress.optional(),
});

/** A job as the API shows it. */
export const jobDocument = z.object({
  schemaVersion: z.literal("scheduler.job@1"),
  id: jobId,
  tenantId,
  runId,
  kind: z.string(),
  class: jobClass,
  state: z
    .enum(jobStates)
    .meta({ description: "In the books. `leased` is the queue's knowledge: see `live`." }),
  images: z.int(),
  concurrencyKey: concurrencyKey.optional(),
  attempt: z.int().meta({ description: "How often it was put on the queue: the fence, no budget." }),
  tries: z.int().meta({ description: "Attempts that a worker reported as failed." }),
  crashes: z.int().meta({ description: "Attempts whose worker was lost." }),
  parentJobId: jobId.optional().meta({ description: "The job that settled partly and left this rest." }),
  taskRunnerId: z.string().optional(),
  worker: z.string().optional().meta({ description: "Who settled the last attempt." }),
  reason: z.string().optional().meta({ description: "Why it ended, or why the last attempt failed." }),
  resultDigest: z.string().optional(),
  notBefore: timestamp.optional().meta({ description: "When it may be tried again." }),
  createdAt: timestamp,
  queuedAt: timestamp.optional(),
  finishedAt: timestamp.optional(),
  live: liveJob.optional(),
});

export type JobDocument = z.infer<typeof jobDocument>;

/** A row as the API shows it, with what the queue knows of its current attempt. */
export function toJobDocument(row: JobRow, held: OpenJob | undefined): JobDocument {
  const isCurrent = held !== undefined && held.attempt === row.attempt;
  return {
    schemaVersion: "scheduler.job@1",
    id: row.job_id,
    tenantId: row.tenant_id,
    runId: row.run_id,
    kind: row.kind,
    class: row.class as JobClass,
    state: row.state as JobState,
    images: row.images,
    ...present("concurrencyKey", row.concurrency_key),
    attempt: row.attempt,
    tries: row.tries,
    crashes: row.crashes,
    ...present("parentJobId", row.parent_job_id),
    ...present("taskRunnerId", row.task_runner_id),
    ...present("worker", row.worker),
    ...present("reason", row.outcome_reason),
    ...present("resultDigest", row.result_digest),
    ...instant("notBefore", row.not_before),
    createdAt: toTimestamp(row.created_at.getTime()),
    ...instant("queuedAt", row.queued_at),
    ...instant("finishedAt", row.finished_at),
    ...(isCurrent && { live: toLive(held) }),
  };
}

function toLive({ state, worker, inStateMs, progress }: OpenJob): z.infer<typeof liveJob> {
  return { state, ...present("worker", worker), inStateMs, ...(progress !== null && { progress }) };
}

function present<Name extends string>(name: Name, value: string | null): Partial<Record<Name, string>> {
  return value === null ? {} : ({ [name]: value } as Record<Name, string>);
}

function instant<Name extends string>(name: Name, at: Date | null): Partial<Record<Name, string>> {
  return present(name, at === null ? null : toTimestamp(at.getTime()));
}
