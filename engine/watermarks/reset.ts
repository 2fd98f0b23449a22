import { notFound } from "../../model/errors.ts";
import type { Watermark } from "../../model/watermarks/watermark.ts";
import { resetWatermark as resetRow } from "../../store/watermarks/reset.ts";
import { findWatermark } from "../../store/watermarks/rows.ts";
import { withTenant } from "../../store/tenant.ts";
import { recordAudit } from "../audit/record.ts";
import type { Ctx } from "../context.ts";
import { demandReason } from "../queue/settings/may-operate.ts";
import { toWatermark } from "./document.ts";

/**
 * Sends a watermark to a value, or to the start with null: what lies between is worked on again, or never. What is
 * moved from another value meanwhile loses its race. Audited with the reason.
 * @throws DomainError `not_found`; `invalid` without a reason
 */
export async function resetWatermark(
  ctx: Ctx,
  input: { readonly kind: string; readonly name: string; readonly value: string | null },
): Promise<Watermark> {
  const { tenant, actor } = ctx.caller.identity;
  const key = { tenant, kind: input.kind, name: input.name };
  return withTenant(ctx.app, tenant, async (tx, now) => {
    const before = await findWatermark(tx, key);
    if (before === undefined) throw notFound("watermark", input.name);
    demandReason(ctx);
    const after = await resetRow(tx, now, key, { value: input.value, by: actor });
    if (after === undefined) throw notFound("watermark", input.name);
    await recordAudit(ctx, tx, now, {
      action: "watermark.reset",
      targetKind: "watermark",
      targetId: `${input.kind}/${input.name}`,
      details: { from: before.value, to: after.value, revision: after.revision },
    });
    return toWatermark(after);
  });
}
