import { appendAudit } from "../../store/audit.ts";
import type { TenantTx } from "../../store/tenant.ts";
import type { Ctx } from "../context.ts";

/** What a verb says about its own change. */
export interface Change {
  readonly action: string;
  readonly targetKind: string;
  readonly targetId: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** Writes the audit row of a verb, as its last statement, in the transaction of the change. */
export async function recordAudit(ctx: Ctx, tx: TenantTx, now: Date, change: Change): Promise<void> {
  const { identity, note, requestId } = ctx.caller;
  await appendAudit(tx, identity.tenant, {
    at: now,
    actor: identity.actor,
    action: change.action,
    targetKind: change.targetKind,
    targetId: change.targetId,
    details: change.details ?? {},
    reason: note.reason,
    ticket: note.ticket,
    requestId,
  });
}
