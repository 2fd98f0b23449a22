import { canonicalJson } from "../../model/canonical.ts";
import { DomainError } from "../../model/errors.ts";
import type { ScheduleInput } from "../../model/schedules/schedule.ts";
import type { ScheduleRow } from "../../store/schedules/due.ts";
import { lastDecided } from "../../store/schedules/fires.ts";
import { lockSchedule } from "../../store/schedules/rows.ts";
import { isNameTaken, updateSchedule } from "../../store/schedules/update.ts";
import { type TenantTx, withTenant } from "../../store/tenant.ts";
import { recordAudit } from "../audit/record.ts";
import type { Ctx } from "../context.ts";
import { checkWorksFor } from "../pools/find.ts";
import { nameTaken } from "./create.ts";
import { type ScheduleView, toScheduleView } from "./documents.ts";
import { nextDueOf } from "./next-due-of.ts";
import { nudgeTicker } from "./nudge.ts";
import { refuseUnsupported } from "./refuse-unsupported.ts";
import { scheduleOf, settleDue } from "./settle-due.ts";

/** One edit: of what, from which revision (undefined: any), and what becomes of the document. */
export interface ScheduleEdit {
  readonly id: string;
  readonly revision: number | undefined;
  /** For the audit: `schedule.update`, `schedule.pause`, … */
  readonly action: string;
  readonly change: (current: ScheduleInput) => ScheduleInput;
}

/**
 * Edits a schedule in one transaction: every instant that has struck is decided under the old revision, the
 * new one counts from now. An edit that changes nothing leaves the revision as it is.
 * @throws DomainError `not_found`, `precondition_failed`, `invalid`, `conflict` when the name is taken.
 */
export async function editSchedule(ctx: Ctx, edit: ScheduleEdit): Promise<ScheduleView> {
  const { tenant, actor } = ctx.caller.identity;
  const { row, now, isEdited } = await withTenant(ctx.app, tenant, async (tx, now) => {
    const before = await lockRevision(ctx, tx, edit);
    const current = scheduleOf(before);
    const document = edit.change(current);
    if (canonicalJson(document) === canonicalJson(current)) return { row: before, now, isEdited: false };
    refuseUnsupported(document);
    if (document.pool !== current.pool) await checkWorksFor(ctx, document.pool, tenant);
    if (await isNameTaken(tx, tenant, document.name, edit.id)) throw nameTaken(document.name);

    await settleDue(ctx, tx, now, [before], true);
    // A ticker that began later may have had the lock before: what it has decided stays decided.
    const decided = await lastDecided(tx, tenant, edit.id);
    const from = decided !== undefined && decided > now ? decided : now;
    const due = nextDueOf({ tenant, scheduleId: edit.id }, document, from);
    const row = await updateSchedule(tx, now, { ...due, document, by: actor });
    await recordAudit(ctx, tx, now, {
      action: edit.action,
      targetKind: "schedule",
      targetId: edit.id,
      details: { revision: row.revision, ...changedFields(current, document) },
    });
    return { row, now, isEdited: true };
  });
  if (isEdited) await nudgeTicker(ctx, row.shard);
  return toScheduleView(row, now);
}

/** The schedule, locked, if it is still what the caller has read. */
export async function lockRevision(
  ctx: Ctx,
  tx: TenantTx,
  { id, revision }: { readonly id: string; readonly revision: number | undefined },
): Promise<ScheduleRow> {
  const row = await lockSchedule(tx, ctx.caller.identity.tenant, id);
  if (revision === undefined || revision === row.revision) return row;
  throw new DomainError("precondition_failed", "The schedule has changed since it was read. Read it again.");
}

/** The fields that differ, as they were and as they are. */
function changedFields(before: ScheduleInput, after: ScheduleInput): { from: object; to: object } {
  const names = (Object.keys(after) as (keyof ScheduleInput)[]).filter(
    (name) => canonicalJson(before[name]) !== canonicalJson(after[name]),
  );
  const pick = (document: ScheduleInput) => Object.fromEntries(names.map((name) => [name, document[name]]));
  return { from: pick(before), to: pick(after) };
}
