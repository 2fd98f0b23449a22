import { z } from "zod";
import { queueLimits } from "./limits.ts";

/** The four classes of jobs, highest priority first. Each lower one has a floor, so that none starves. */
export const jobClasses = ["interactive", "event", "scheduled", "backfill"] as const;
export const jobClass = z.enum(jobClasses);
export type JobClass = z.infer<typeof jobClass>;

/** Ids of jobs, runs, tenants and workers as they may stand in a queue key or argument. */
export const queueId = z.string().regex(/^[A-Za-z0-9_.:-]{1,128}$/, "1 to 128 of A-Z a-z 0-9 _ . : -");

/** What jobs share that bears only so much, say a registry host: limits are set by key. */
export const concurrencyKey = queueId;

export const jobKind = z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/, "1 to 64 of A-Z a-z 0-9 _ . -");

const utf8 = new TextEncoder();

/** Bytes that a message counts against `queueLimits.messageBytes`. */
export function messageBytes(message: {
  readonly job: string;
  readonly kind: string;
  readonly tenant: string;
  readonly run: string;
  readonly concurrencyKey?: string | undefined;
  readonly payload: string;
}): number {
  const { job, kind, tenant, run, concurrencyKey = "", payload } = message;
  return utf8.encode(job + kind + tenant + run + concurrencyKey + payload).length;
}

/** What an integer of PostgreSQL holds. */
export const attemptMax = 2_147_483_647;

/** The fence: raised in PostgreSQL each time the job turns from planned to queued. */
export const attemptNumber = z.int().min(1).max(attemptMax);

/** One attempt of one job, as the engine puts it on the queue. The pair (job, attempt) makes it unique. */
export const jobMessage = z
  .strictObject({
    job: queueId,
    attempt: attemptNumber,
    kind: jobKind,
    class: jobClass,
    tenant: queueId,
    run: queueId,
    /** From claim to settle at most this long; then the worker is told to stop. */
    wallClockMs: z.int().min(1),
    /** Not to be claimed earlier than this after the enqueue. */
    delayMs: z.int().min(0).optional(),
    concurrencyKey: concurrencyKey.optional(),
    /** JSON text that the queue does not read: ids and a reference to the inputs. */
    payload: z.string(),
  })
  .refine((message) => messageBytes(message) <= queueLimits.messageBytes, {
    message: `a message has at most ${queueLimits.messageBytes} bytes`,
    path: ["payload"],
  });
export type JobMessage = z.infer<typeof jobMessage>;

/** Names one attempt of one job. */
export const jobAttempt = z.object({ job: queueId, attempt: attemptNumber });
export type JobAttempt = z.infer<typeof jobAttempt>;
