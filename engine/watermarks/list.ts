import {
  listWatermarks as listRows,
  type WatermarkKey,
  type WatermarkRow,
} from "../../store/watermarks/rows.ts";
import { withTenant } from "../../store/tenant.ts";
import type { Ctx } from "../context.ts";

/** The watermarks of the tenant by kind and name. */
export async function listWatermarks(
  ctx: Ctx,
  input: {
    readonly kind: string | undefined;
    readonly after: Pick<WatermarkKey, "kind" | "name"> | undefined;
    readonly limit: number;
  },
): Promise<WatermarkRow[]> {
  const tenant = ctx.caller.identity.tenant;
  return withTenant(ctx.app, tenant, (tx) => listRows(tx, { tenant, ...input }, input.limit));
}
