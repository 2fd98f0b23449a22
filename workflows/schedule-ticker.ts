/**
 * The clock of one shard of the schedules: sleeps on a durable timer until the earliest due instant, 10
 * seconds at most, decides what is due and starts the runs. Lives for ever, continued as new.
 */
import {
  condition,
  continueAsNew,
  defineSignal,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from "@temporalio/workflow";
import { heartbeatTimeout, type SchedulerActivities, type TickerInput, tickerSignals } from "./contract.ts";

export const nudge = defineSignal(tickerSignals.nudge);

const { drainDue, startRuns } = proxyActivities<SchedulerActivities>({
  startToCloseTimeout: "10 minutes",
  heartbeatTimeout,
  retry: { initialInterval: "200ms", backoffCoefficient: 2, maximumInterval: "5s" },
});

export async function scheduleTicker(input: TickerInput): Promise<void> {
  let isNudged = false;
  setHandler(nudge, () => {
    isNudged = true;
  });

  setCurrentDetails(`Fires the schedules of shard ${input.shard}.`);
  while (!workflowInfo().continueAsNewSuggested) {
    isNudged = false;
    const due = await drainDue(input);
    if (due.unstarted > 0) await startRuns(input);
    await condition(() => isNudged, due.nextDueInMs);
  }
  // A nudge that came during the last step is not lost: the successor looks at once.
  await continueAsNew<typeof scheduleTicker>(input);
}
