import { deleteSchedule as deleteRow } from "../../store/schedules/delete.ts";
import { withTenant } from "../../store/tenant.ts";
import { recordAudit } from "../audit/record.ts";
import type { Ctx } from "../context.ts";
import { lockRevision } from "./edit.ts";
import { scheduleOf, settleDue } from "./settle-due.ts";

/**
 * Deletes a schedule, after deciding every instant that has struck. Its runs go on and stay readable.
 * @throws DomainError `not_found`, `precondition_failed`
 */
export async function deleteSchedule(
  ctx: Ctx,
  input: { readonly id: string; readonly revision: number | undefined },
): Promise<void> {
  const tenant = ctx.caller.identity.tenant;
  await withTenant(ctx.app, tenant, async (tx, now) => {
    const row = await lockRevision(ctx, tx, input);
    await settleDue(ctx, tx, now, [row], true);
    await deleteRow(tx, tenant, input.id);
    await recordAudit(ctx, tx, now, {
      action: "schedule.delete",
      targetKind: "schedule",
      targetId: input.id,
      details: { revision: row.revision, document: scheduleOf(row) },
    });
  });
}
