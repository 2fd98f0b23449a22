import { type RunRow, getRun } from "../../store/runs/rows.ts";
import { withTenant } from "../../store/tenant.ts";
import type { Engine } from "../context.ts";
import type { RunKey } from "./close.ts";
import { dispatchRun } from "./dispatch.ts";

/** How a run stands. */
export async function readRun(engine: Engine, key: RunKey): Promise<RunRow> {
  return withTenant(engine.app, key.tenant, (tx) => getRun(tx, key.tenant, key.runId));
}

/** Sends what is planned (tries that were left behind by a crash) and tells how the run stands. */
export async function checkRun(engine: Engine, key: RunKey): Promise<RunRow> {
  const { pool } = await readRun(engine, key);
  await dispatchRun(engine, { ...key, pool });
  return readRun(engine, key);
}
