import { z } from "zod";
import { attemptNumber, jobClass, jobKind, queueId } from "./job-message.ts";
import { queueLimits } from "./limits.ts";

/**
 * What workers send to and hear from the queue's functions when they come over HTTPS: the same words, with names
 * instead of positions. Normative text: sdks/PROTOCOL.md, "The HTTPS transport".
 */

/** The longest that a claim waits for work, in seconds. */
export const claimWaitSeconds = 30;

/** The most bytes of a call's body. */
export const workerCallBytes = 1_000_000;

const caller = { workerId: queueId, epoch: queueId };

/** Names a lease: beat, settle and release need all three. */
const leaseRef = z.strictObject({
  job: queueId,
  attempt: attemptNumber,
  lease: z.int().min(1),
});
export type LeaseRef = z.infer<typeof leaseRef>;

const many = <Item extends z.ZodType>(item: Item) => z.array(item).max(queueLimits.itemsPerCall);

export const claimCall = z.strictObject({
  ...caller,
  free: z.int().min(0).max(queueLimits.itemsPerCall),
  kinds: z.array(jobKind).min(1).max(queueLimits.kindsPerWorker),
  waitSeconds: z.number().min(0).max(claimWaitSeconds).default(0).meta({
    description: "How long the answer may take while there is no work.",
  }),
});
export type ClaimCall = z.infer<typeof claimCall>;

export const beatCall = z.strictObject({
  ...caller,
  jobs: many(
    leaseRef.extend({
      progress: z
        .string()
        .default("")
        .meta({
          description: `Empty, or a JSON document of at most ${queueLimits.progressBytes} bytes as text.`,
        }),
    }),
  ),
});
export type BeatCall = z.infer<typeof beatCall>;

export const settleCall = z.strictObject({
  ...caller,
  jobs: many(
    leaseRef.extend({ outcome: z.string().meta({ description: "The outcome document, as text." }) }),
  ),
});
export type SettleCall = z.infer<typeof settleCall>;

export const releaseCall = z.strictObject({ ...caller, jobs: many(leaseRef) });
export type ReleaseCall = z.infer<typeof releaseCall>;

export const leaveCall = z.strictObject(caller);
export type LeaveCall = z.infer<typeof leaveCall>;

const times = { leaseMs: z.int(), beatMs: z.int() };

export const claimedJob = z.object({
  job: z.string(),
  attempt: z.int(),
  lease: z.int(),
  kind: z.string(),
  class: jobClass,
  tenant: z.string(),
  run: z.string(),
  wallClockMs: z.int(),
  payload: z.string().meta({ description: "As it was enqueued: JSON text." }),
  concurrencyKey: z.string().optional().meta({ description: "What it shares with other jobs, if anything." }),
});
export type ClaimedJob = z.infer<typeof claimedJob>;

export const claimAnswer = z.object({
  word: z.enum(["ok", "busy", "drain"]),
  retryAfterMs: z.int().meta({ description: "Above 0: claim again after so long." }),
  ...times,
  waitedMs: z.int().min(0).meta({
    description:
      "How long the call waited for work: the leases began no earlier than so long after it was sent.",
  }),
  jobs: z.array(claimedJob),
});
export type ClaimAnswer = z.infer<typeof claimAnswer>;

export const beatAnswer = z.object({
  word: z.enum(["continue", "drain"]),
  ...times,
  verdicts: z
    .array(z.enum(["continue", "cancel", "lost"]))
    .meta({ description: "One for each job, in order." }),
});
export type BeatAnswer = z.infer<typeof beatAnswer>;

export const settleAnswer = z.object({
  verdicts: z.array(z.enum(["accepted", "known", "stale", "too_large", "invalid"])),
});
export type SettleAnswer = z.infer<typeof settleAnswer>;

export const releaseAnswer = z.object({ verdicts: z.array(z.enum(["released", "lost"])) });
export type ReleaseAnswer = z.infer<typeof releaseAnswer>;
