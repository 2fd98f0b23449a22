import { DomainError, invalidField, notFound } from "../../../model/errors.ts";
import { hasScope } from "../../../model/identity/identity.ts";
import type { Ctx } from "../../context.ts";

/** A queue is shared by all tenants: setting what concerns others needs `platform.admin`. */
export function checkMayOperate(ctx: Ctx, tenant?: string): void {
  if (hasScope(ctx.caller.identity, "platform.admin") || tenant === ctx.caller.identity.tenant) return;
  throw new DomainError("forbidden", "This concerns other tenants: it needs the scope platform.admin.");
}

/** The reason that operators must give where others will feel what they do. */
export function demandReason(ctx: Ctx): string {
  const { reason } = ctx.caller.note;
  if (reason === undefined || reason.trim() === "")
    throw invalidField("X-StellaOps-Operator-Reason", "say why, in 256 characters at most");
  return reason;
}

/** @throws DomainError `not_found` */
export function checkQueue(ctx: Ctx, queue: string): void {
  if (queue !== ctx.queue.queue) throw notFound("queue", queue);
}
