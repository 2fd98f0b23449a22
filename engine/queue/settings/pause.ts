import { z } from "zod";
import {
  type PauseSubject,
  parsePauseName,
  pauseName,
  pauseSubject,
} from "../../../model/queue/pause-subject.ts";
import { timestamp, toTimestamp } from "../../../model/time/timestamp.ts";
import {
  findQueuePause,
  lockQueueSettings,
  putQueuePause,
  type QueuePauseRow,
} from "../../../store/queue-settings.ts";
import { withEngine } from "../../../store/tenant.ts";
import { afterCommit } from "../../after-commit.ts";
import { recordAudit } from "../../audit/record.ts";
import { atPool, type Ctx } from "../../context.ts";
import { applyQueueSettings } from "./apply.ts";
import { checkMayOperate, demandReason } from "./may-operate.ts";

/** What is paused, why, since when and by whom. */
export const pauseDocument = z.object({
  subject: pauseSubject,
  reason: z.string(),
  pausedAt: timestamp,
  pausedBy: z.string(),
});

export type PauseDocument = z.infer<typeof pauseDocument>;

export interface PauseInput {
  readonly queue: string;
  readonly subject: PauseSubject;
}

/**
 * Pauses a queue, a kind or a tenant: nothing of it is given to workers any more, what they hold goes on.
 * Again: the newer reason stands. Audited with it.
 * @throws DomainError `forbidden`, `not_found`, `invalid` without a reason.
 */
export async function pauseQueue(ctx: Ctx, input: PauseInput): Promise<PauseDocument> {
  await checkMayPause(ctx, input);
  const reason = demandReason(ctx);
  const changedAt = await setPause(ctx, input, reason);
  const { subject } = input;
  return { subject, reason, pausedAt: toTimestamp(changedAt.getTime()), pausedBy: ctx.caller.identity.actor };
}

/** Resumes what was paused; again: no change. @throws DomainError `forbidden`, `not_found`. */
export async function resumeQueue(ctx: Ctx, input: PauseInput): Promise<void> {
  await checkMayPause(ctx, input);
  await setPause(ctx, input, null);
}

async function checkMayPause(ctx: Ctx, { queue, subject }: PauseInput): Promise<void> {
  await checkMayOperate(ctx, queue, subject.what === "tenant" ? subject.tenant : undefined);
}

async function setPause(ctx: Ctx, { queue, subject }: PauseInput, reason: string | null): Promise<Date> {
  const name = pauseName(subject);
  const changedAt = await withEngine(ctx.engine, async (tx, now) => {
    await lockQueueSettings(tx, queue);
    const current = await findQueuePause(tx, queue, name);
    if (reason === null && (current?.reason ?? null) === null) return now;
    const by = ctx.caller.identity.actor;
    await putQueuePause(tx, { queue, subject: name, reason, changed_at: now, changed_by: by });
    await recordAudit(ctx, tx, now, {
      action: reason === null ? "queue.resume" : "queue.pause",
      targetKind: "queue",
      targetId: queue,
      details: { subject: name },
    });
    return now;
  });
  await afterCommit(ctx, "telling the queue a pause", () => applyQueueSettings(atPool(ctx, queue)), {
    queue,
  });
  return changedAt;
}

/** A pause that stands, as the API shows it. */
export function toPauseDocument(row: QueuePauseRow & { readonly reason: string }): PauseDocument {
  return {
    subject: parsePauseName(row.subject),
    reason: row.reason,
    pausedAt: toTimestamp(row.changed_at.getTime()),
    pausedBy: row.changed_by,
  };
}
