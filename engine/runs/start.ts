import { type RunRow, getRun } from "../../store/runs/rows.ts";
import { markWorkflowStarted } from "../../store/runs/unstarted.ts";
import { withTenant } from "../../store/tenant.ts";
import {
  searchAttributes,
  taskQueue,
  workflowIds,
  workflowTypes,
  type RunInput,
} from "../../workflows/contract.ts";
import type { Engine } from "../context.ts";
import type { RunKey } from "./close.ts";

/**
 * Starts the workflow of a run and notes it in the row. The id of the workflow is that of the run, so any
 * number of starters start one; who dies before the note is followed by the ticker, which tries again.
 */
export async function startRunWorkflow(engine: Engine, key: RunKey): Promise<void> {
  const run = await withTenant(engine.app, key.tenant, (tx) => getRun(tx, key.tenant, key.runId));
  await startWorkflowOf(engine, run);
}

/** The same for a row in hand. */
export async function startWorkflowOf(engine: Engine, run: RunRow): Promise<void> {
  const arg: RunInput = {
    tenant: run.tenant_id,
    runId: run.run_id,
    scheduleId: run.schedule_id,
    trigger: run.trigger,
    mode: run.mode,
  };
  await engine.workflows.start({
    type: workflowTypes.run,
    workflowId: workflowIds.run(run.tenant_id, run.run_id),
    taskQueue,
    arg,
    summary: `${run.trigger} run of ${run.tenant_id}`,
    searchAttributes: [
      { key: searchAttributes.tenant, value: run.tenant_id },
      { key: searchAttributes.trigger, value: run.trigger },
      { key: searchAttributes.mode, value: run.mode },
      { key: searchAttributes.runState, value: run.state },
      ...(run.schedule_id === null ? [] : [{ key: searchAttributes.schedule, value: run.schedule_id }]),
    ],
  });
  await withTenant(engine.app, run.tenant_id, (tx, now) =>
    markWorkflowStarted(tx, now, run.tenant_id, run.run_id),
  );
}
