import { listJobs as listRows } from "../../store/jobs/list.ts";
import type { JobRow } from "../../store/jobs/rows.ts";
import { getRun } from "../../store/runs/rows.ts";
import { withTenant } from "../../store/tenant.ts";
import type { Ctx } from "../context.ts";
import { type JobDocument, toJobDocument } from "../jobs/documents.ts";
import { heldJobs } from "../jobs/held-jobs.ts";

/** Jobs of a run in the order of their ids, with what the queue says of them. @throws DomainError `not_found` */
export async function listJobs(
  ctx: Ctx,
  input: {
    readonly runId: string;
    readonly states: readonly string[] | undefined;
    readonly after: string;
    readonly limit: number;
  },
): Promise<{ readonly rows: readonly JobRow[]; readonly show: (row: JobRow) => JobDocument }> {
  const tenant = ctx.caller.identity.tenant;
  const rows = await withTenant(ctx.app, tenant, async (tx) => {
    await getRun(tx, tenant, input.runId);
    return listRows(tx, { tenant, ...input, afterJobId: input.after }, input.limit);
  });
  const held = await heldJobs(ctx, rows);
  return { rows, show: (row) => toJobDocument(row, held.get(row.job_id)) };
}
