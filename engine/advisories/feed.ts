import { DomainError } from "../../model/errors.ts";
import { hasScope } from "../../model/identity/identity.ts";
import { type TenantTx, sharedTenant, withEngine, withTenant } from "../../store/tenant.ts";
import type { Ctx } from "../context.ts";

/** Where records go: to the caller's own feed, or to the one that all tenants read. */
export type Feed = "tenant" | "shared";

/** The tenant under which a feed is stored. */
export function feedTenant(ctx: Ctx, feed: Feed): string {
  return feed === "shared" ? sharedTenant : ctx.caller.identity.tenant;
}

/** The shared feed belongs to the platform: writing it needs `platform.admin` beside the route's scope. */
export function checkMayWrite(ctx: Ctx, feed: Feed): void {
  if (feed === "shared" && !hasScope(ctx.caller.identity, "platform.admin")) {
    throw new DomainError(
      "forbidden",
      "Writing the shared feed needs the scope platform.admin. Leave feed out to write your own.",
    );
  }
}

/** A transaction that may write the feed: of the tenant, or of the engine role for the shared one. */
export function withFeed<T>(ctx: Ctx, feed: Feed, work: (tx: TenantTx, now: Date) => Promise<T>): Promise<T> {
  return feed === "shared"
    ? withEngine(ctx.engine, work)
    : withTenant(ctx.app, ctx.caller.identity.tenant, work);
}
