import { listRunsToDispatch } from "../../store/jobs/reconcile.ts";
import { listDrained, listUnplanned } from "../../store/runs/drained.ts";
import { withEngine } from "../../store/tenant.ts";
import { runSignals, workflowIds } from "../../workflows/contract.ts";
import type { Engine } from "../context.ts";
import { closeRun, failRun, type RunKey } from "./close.ts";
import { dispatchRun } from "./dispatch.ts";

const page = 1_000;
/** A run that takes longer to be planned is asked after. */
const planningMs = 10 * 60_000;

/**
 * Mends what a crash left of runs, whatever their pool: sends planned jobs, tells runs that nothing of them is open, closes those
 * whose workflow was terminated. Safe at any time and in any number. Answers how many runs waited for a signal.
 */
export async function lookAfterRuns(engine: Engine): Promise<{ signalled: number }> {
  await dispatchForgotten(engine);
  const signalled = await signalDrained(engine);
  await failAbandoned(engine);
  return { signalled };
}

/** A queue that is away holds up the runs of its own pool only. */
async function dispatchForgotten(engine: Engine): Promise<void> {
  const failedPools = new Set<string>();
  for (const run of await withEngine(engine.engine, (tx, now) => listRunsToDispatch(tx, now, page))) {
    if (failedPools.has(run.pool)) continue;
    try {
      await dispatchRun(engine, run);
    } catch (err) {
      failedPools.add(run.pool);
      engine.log.warn({ err, pool: run.pool }, "Planned jobs cannot be sent now and will be later.");
    }
  }
}

/** Tells runs that nothing of them is open; closes those whose workflow was terminated, as it would have. */
async function signalDrained(engine: Engine): Promise<number> {
  const drained = await withEngine(engine.engine, (tx) => listDrained(tx, page));
  for (const run of drained) if (!(await isHeard(engine, run))) await closeRun(engine, run);
  return drained.length;
}

/** Ends runs whose workflow was terminated before it had planned them: nobody else ever would. */
async function failAbandoned(engine: Engine): Promise<void> {
  const unplanned = await withEngine(engine.engine, (tx, now) =>
    listUnplanned(tx, new Date(now.getTime() - planningMs), page),
  );
  for (const run of unplanned) if (!(await isHeard(engine, run))) await failRun(engine, run, abandoned);
}

/** Whether the workflow of a run is there to be told to look. */
async function isHeard(engine: Engine, { tenant, runId }: RunKey): Promise<boolean> {
  return engine.workflows.signal(workflowIds.run(tenant, runId), runSignals.drained);
}

const abandoned = {
  code: "ERR_RUN_ENGINE",
  message: "The workflow of the run ended before it had planned it.",
};
