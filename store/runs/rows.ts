import type { Selectable } from "kysely";
import { notFound } from "../../model/errors.ts";
import type { RunsTable } from "../tables.ts";
import type { EngineTx } from "../tenant.ts";

export type RunRow = Selectable<RunsTable>;

/** The run, or `not_found` for an unknown and a foreign one alike. */
export async function getRun(tx: EngineTx, tenant: string, runId: string): Promise<RunRow> {
  const row = await tx
    .selectFrom("scheduler.runs")
    .selectAll()
    .where("tenant_id", "=", tenant)
    .where("run_id", "=", runId)
    .executeTakeFirst();
  if (row === undefined) throw notFound("run", runId);
  return row;
}

/** The same, locked until the commit. */
export async function lockRun(tx: EngineTx, tenant: string, runId: string): Promise<RunRow> {
  const row = await tx
    .selectFrom("scheduler.runs")
    .selectAll()
    .where("tenant_id", "=", tenant)
    .where("run_id", "=", runId)
    .forUpdate()
    .executeTakeFirst();
  if (row === undefined) throw notFound("run", runId);
  return row;
}
