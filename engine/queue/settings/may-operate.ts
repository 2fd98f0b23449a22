import { DomainError, invalidField } from "../../../model/errors.ts";
import type { Ctx } from "../../context.ts";
import { mayOperatePool } from "../../pools/find.ts";

/**
 * Who may set something of a queue: of a tenant's own queue its tenant everything, of a shared one what concerns
 * the caller's tenant alone; `platform.admin` all of it.
 * @throws DomainError `not_found`, `forbidden`
 */
export async function checkMayOperate(ctx: Ctx, queue: string, tenant?: string): Promise<void> {
  if ((await mayOperatePool(ctx, queue)) || tenant === ctx.caller.identity.tenant) return;
  throw new DomainError("forbidden", "This concerns other tenants: it needs the scope platform.admin.");
}

/** The reason that operators must give where others will feel what they do. */
export function demandReason(ctx: Ctx): string {
  const { reason } = ctx.caller.note;
  if (reason === undefined || reason.trim() === "")
    throw invalidField("X-StellaOps-Operator-Reason", "say why, in 256 characters at most");
  return reason;
}
