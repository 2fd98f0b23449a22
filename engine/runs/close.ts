import { checkBooks } from "../../model/runs/books.ts";
import { booksError } from "../../model/runs/run-errors.ts";
import { isTerminal, type RunState } from "../../model/runs/states.ts";
import { cancelJobs } from "../../store/jobs/cancel.ts";
import { giveBackParked } from "../../store/jobs/parked/redrive.ts";
import { enqueueEvent } from "../../store/outbox.ts";
import { appendRunEvents } from "../../store/runs/events.ts";
import { type RunRow, lockRun } from "../../store/runs/rows.ts";
import { withTenant } from "../../store/tenant.ts";
import { finishRun } from "../../store/runs/finish.ts";
import type { Engine } from "../context.ts";
import { observeEnd } from "../observe.ts";
import { runEvents } from "./emitted-events.ts";

export interface RunKey {
  readonly tenant: string;
  readonly runId: string;
}

/** Why a run ends in `error`: a fault of the engine, never of a scan. */
export interface RunFault {
  readonly code: string;
  readonly message: string;
}

/**
 * Closes a run of which nothing is open: `completed` when its books balance, `cancelled` when somebody asked
 * for that, `error` with `ERR_RUN_BOOKS` when a side is short. A closed run is answered as it is, so
 * the step may be repeated. A run with open jobs is left alone.
 */
export async function closeRun(engine: Engine, key: RunKey): Promise<RunRow> {
  const { run, ended } = await withTenant(engine.app, key.tenant, async (tx, now) => {
    const run = await lockRun(tx, key.tenant, key.runId);
    if (isTerminal(run.state as RunState) || run.jobs_open > 0) return { run, ended: undefined };
    const books = checkBooks({
      planned: run.images_planned,
      succeeded: run.images_succeeded,
      failed: run.images_failed,
      incomplete: run.images_incomplete,
      cancelled: run.images_cancelled,
    });
    const ended = await (books.balanced
      ? finish(tx, now, run, run.cancel_requested_at === null ? "completed" : "cancelled")
      : finish(tx, now, run, "error", booksError(books)));
    return { run: ended, ended };
  });
  if (ended !== undefined) observeEnd(engine.metrics, ended);
  return run;
}

/**
 * Ends a run as an error of the engine. What is open is cancelled with it, so that nothing sends it again; results
 * that come later are kept as late. A closed run is answered as it is.
 */
export async function failRun(engine: Engine, key: RunKey, fault: RunFault): Promise<RunRow> {
  const { run, ended } = await withTenant(engine.app, key.tenant, async (tx, now) => {
    const run = await lockRun(tx, key.tenant, key.runId);
    if (isTerminal(run.state as RunState)) return { run, ended: undefined };
    await cancelJobs(tx, now, key, { states: ["planned", "queued"], reason: "run_failed" });
    const ended = await finish(tx, now, run, "error", fault);
    return { run: ended, ended };
  });
  if (ended !== undefined) {
    engine.log.error({ tenant: key.tenant, run: key.runId, fault }, "A run ended in error.");
    observeEnd(engine.metrics, ended);
  }
  await engine.queues.of(run.pool).cancelRun(key.runId);
  return run;
}

async function finish(
  tx: Parameters<Parameters<typeof withTenant>[2]>[0],
  now: Date,
  run: RunRow,
  state: "completed" | "cancelled" | "error",
  fault?: RunFault,
): Promise<RunRow> {
  const closed = await finishRun(tx, now, run, state, fault);
  // What a retry was to cure is left as it was.
  if (state !== "completed") await giveBackParked(tx, run.tenant_id, run.run_id);
  const data = { from: run.state, to: state, ...(fault && { error: fault }) };
  const subject = { tenant: run.tenant_id, runId: run.run_id };
  await appendRunEvents(tx, now, [
    { ...subject, kind: "stateChanged", data },
    { ...subject, kind: "completed", data: { state } },
  ]);
  for (const event of await runEvents(tx, now, closed)) await enqueueEvent(tx, event);
  return closed;
}
