import type { ParkedFilter } from "../../model/jobs/parked-filter.ts";
import { listParked as listRows, type ParkedPlace } from "../../store/jobs/parked/list.ts";
import type { ParkedJobRow } from "../../store/jobs/parked/rows.ts";
import { withTenant } from "../../store/tenant.ts";
import type { Ctx } from "../context.ts";

/** Parked jobs that meet a filter, the newest first. */
export async function listParked(
  ctx: Ctx,
  input: {
    readonly filter: ParkedFilter;
    readonly isRedriven: boolean | undefined;
    readonly redrivenBy: string | undefined;
    readonly after: ParkedPlace | undefined;
    readonly limit: number;
  },
): Promise<ParkedJobRow[]> {
  const tenant = ctx.caller.identity.tenant;
  const { filter, limit, ...where } = input;
  return withTenant(ctx.app, tenant, (tx) => listRows(tx, { tenant, choice: { filter }, ...where }, limit));
}
