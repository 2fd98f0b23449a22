/**
 * One run over one impact set, from planning to the closed books. The rows in PostgreSQL are the truth;
 * this workflow sees to it that every step happens, however often processes die in between.
 */
import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  isCancellation,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from "@temporalio/workflow";
import {
  dispatchTaskQueueOf,
  heartbeatTimeout,
  type RunInput,
  type RunProgress,
  type SchedulerActivities,
  runQueries,
  runSignals,
  searchAttributes,
} from "./contract.ts";

export const drained = defineSignal(runSignals.drained);
export const cancelRequested = defineSignal(runSignals.cancelRequested);
export const progress = defineQuery<RunProgress>(runQueries.progress);

const retry = { initialInterval: "500ms", backoffCoefficient: 2, maximumInterval: "15s" } as const;

// Every activity heartbeats: a worker that dies is noticed within seconds, however long the step may take.
const options = { startToCloseTimeout: "6 hours", heartbeatTimeout, retry } as const;
const { checkRun, cancelRun, closeRun, failRun } = proxyActivities<SchedulerActivities>(options);

/** How often a run looks for itself: soon at first, then each minute, so that a long run stays a short history. */
const firstCheckMs = 5_000;
const longestCheckMs = 60_000;

export async function run(input: RunInput): Promise<RunProgress> {
  const { planAndDispatch } = proxyActivities<SchedulerActivities>({
    ...options,
    taskQueue: dispatchTaskQueueOf(workflowInfo().taskQueue),
  });
  let current: RunProgress = {
    state: "planning",
    planned: 0,
    succeeded: 0,
    failed: 0,
    incomplete: 0,
    cancelled: 0,
    jobsOpen: 0,
  };
  let shownState = "";
  let isDrained = false;
  let isCancelRequested = false;

  setHandler(progress, () => current);
  setHandler(drained, () => {
    isDrained = true;
  });
  setHandler(cancelRequested, () => {
    isCancelRequested = true;
  });

  const show = (next: RunProgress): void => {
    current = next;
    setCurrentDetails(describe(input, next));
    if (next.state !== shownState) {
      shownState = next.state;
      upsertSearchAttributes([{ key: searchAttributes.runState, value: next.state }]);
    }
  };

  const workThrough = async (): Promise<void> => {
    show(current);
    show(await planAndDispatch(input));
    let waitMs = firstCheckMs;
    while (current.jobsOpen > 0) {
      // A check is 11 events: without workers a history would be full after three days. The next execution finds
      // the run planned and goes on.
      if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof run>(input);
      const woken = await condition(() => isDrained || isCancelRequested, waitMs);
      isDrained = false;
      isCancelRequested = false;
      if (!woken) waitMs = Math.min(waitMs * 2, longestCheckMs);
      show(await checkRun(input));
    }
    show(await closeRun(input));
  };
  const cancel = async (): Promise<void> => {
    show(await cancelRun(input));
    while (current.jobsOpen > 0) {
      await condition(() => isDrained, firstCheckMs);
      isDrained = false;
      show(await checkRun(input));
    }
    show(await closeRun(input));
  };

  try {
    await workThrough().catch(async (error: unknown) => {
      if (!isCancellation(error)) throw error;
      // Cancelled in the Temporal UI: the same as through the API, and seen through to the end.
      await CancellationScope.nonCancellable(cancel);
    });
  } catch (error) {
    const fault = domainFault(error);
    if (fault === undefined) throw error;
    // A cancellation that comes now must not leave a record open that nobody looks after any more.
    await CancellationScope.nonCancellable(async () => show(await failRun(input, fault)));
  }
  return current;
}

/** The engine's own word for what went wrong, when an activity said that trying again is of no use. */
function domainFault(error: unknown): { code: string; message: string } | undefined {
  if (!(error instanceof ActivityFailure) || !(error.cause instanceof ApplicationFailure)) return undefined;
  return { code: error.cause.type ?? "ERR_RUN_ENGINE", message: error.cause.message };
}

/** The text that the Temporal UI shows: a run can be understood without opening a payload. */
function describe(input: RunInput, now: RunProgress): string {
  const done = now.succeeded + now.failed + now.incomplete + now.cancelled;
  const share = now.planned === 0 ? "" : ` (${Math.floor((100 * done) / now.planned)} %)`;
  return [
    `**${now.state}** ${input.mode} run of tenant \`${input.tenant}\`, trigger ${input.trigger}`,
    `${done} of ${now.planned} images${share}: ${now.succeeded} succeeded, ${now.failed} failed, ` +
      `${now.incomplete} incomplete, ${now.cancelled} cancelled`,
    `${now.jobsOpen} jobs open`,
    ...(input.scheduleId === null ? [] : [`schedule \`${input.scheduleId}\``]),
  ].join("\n\n");
}
