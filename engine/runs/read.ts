import type { Run } from "../../model/runs/run.ts";
import { topDeltas } from "../../store/results/top-deltas.ts";
import { type RunFilter, listRuns as listRows } from "../../store/runs/list.ts";
import { type RunRow, getRun as getRow } from "../../store/runs/rows.ts";
import { withTenant } from "../../store/tenant.ts";
import type { Ctx } from "../context.ts";
import { toRunDocument } from "./documents.ts";

/** Deltas in the document of a run. */
const shownDeltas = 20;

/** One run with the deltas that matter most. @throws DomainError `not_found` */
export async function getRun(ctx: Ctx, id: string): Promise<Run> {
  const tenant = ctx.caller.identity.tenant;
  return withTenant(ctx.app, tenant, async (tx, now) => {
    const row = await getRow(tx, tenant, id);
    const deltas = row.images_changed === 0 ? [] : await topDeltas(tx, tenant, id, shownDeltas);
    return toRunDocument(row, now, deltas);
  });
}

/** Runs that meet a filter, newest first, with a function that shows one. */
export async function listRuns(
  ctx: Ctx,
  input: { readonly filter: RunFilter; readonly before: string | undefined; readonly limit: number },
): Promise<{ readonly rows: readonly RunRow[]; readonly show: (row: RunRow) => Run }> {
  const tenant = ctx.caller.identity.tenant;
  return withTenant(ctx.app, tenant, async (tx, now) => ({
    rows: await listRows(tx, tenant, input.filter, input.before, input.limit),
    show: (row) => toRunDocument(row, now),
  }));
}
