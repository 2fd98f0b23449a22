import { readFileSync } from "node:fs";
import path from "node:path";
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker } from "@temporalio/worker";

Runtime.install({ logger: new DefaultLogger("ERROR") });

let bundle: Awaited<ReturnType<typeof bundleWorkflowCode>>;
beforeAll(async () => {
  const logger = new DefaultLogger("ERROR");
  bundle = await bundleWorkflowCode({ workflowsPath: path.join(import.meta.dirname, "bundle.ts"), logger });
}, 60_000);

type Attributes = Record<string, unknown>;
interface HistoryEvent {
  readonly eventId: string;
  readonly eventType: string;
  readonly [attributes: string]: unknown;
}

const golden = (name: string): HistoryEvent[] =>
  JSON.parse(readFileSync(path.join(import.meta.dirname, "golden", `${name}.json`), "utf8")).events;

/** An event as Temporal writes it: the field of its attributes is named after its type. */
function event(eventId: number, type: string, attributes: Attributes): HistoryEvent {
  const name = type.toLowerCase().replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return {
    eventId: String(eventId),
    eventTime: "2026-11-23T23:53:20.300Z",
    eventType: `EVENT_TYPE_${type}`,
    [`${name}EventAttributes`]: attributes,
  };
}

/** A workflow task from its scheduling, event `first`, to its completion, which is two events later. */
function workflowTask(first: number): HistoryEvent[] {
  const [scheduledEventId, startedEventId] = [String(first), String(first + 1)];
  return [
    event(first, "WORKFLOW_TASK_SCHEDULED", { taskQueue: { name: "golden" }, attempt: 1 }),
    event(first + 1, "WORKFLOW_TASK_STARTED", { scheduledEventId }),
    event(first + 2, "WORKFLOW_TASK_COMPLETED", { scheduledEventId, startedEventId }),
  ];
}

/** The events with `count` numbers added to all ids above `after`, those that they refer to included. */
function moved(events: readonly HistoryEvent[], after: number, count: number): HistoryEvent[] {
  const text = JSON.stringify(events).replaceAll(/"((?:\w+E|e)ventId)":"(\d+)"/g, (_, field, id) => {
    const place = Number(id) > after ? Number(id) + count : Number(id);
    return `"${field}":"${place}"`;
  });
  return JSON.parse(text) as HistoryEvent[];
}

const replay = (events: readonly HistoryEvent[]) =>
  Worker.runReplayHistory({ workflowBundle: bundle }, { events });

test("a run that is cancelled in the Temporal UI while its failure is written still has it written", async () => {
  const events = golden("run-failed");
  const failing = events.findIndex(({ eventType }) => eventType === "EVENT_TYPE_ACTIVITY_TASK_FAILED");
  const started = events.findIndex(
    ({ eventType }, at) => at > failing && eventType === "EVENT_TYPE_ACTIVITY_TASK_STARTED",
  );
  const until = started + 1;
  const replayed = replay([
    ...events.slice(0, until),
    event(until + 1, "WORKFLOW_EXECUTION_CANCEL_REQUESTED", { identity: "ui" }),
    ...workflowTask(until + 2),
    ...moved(events.slice(until), until, 4),
  ]);
  await expect(replayed).resolves.toBeUndefined();
});

test("a run that waits for workers for days goes on in a new execution before its history is full", async () => {
  const events = golden("run-checked-by-timer");
  const fired = events.findIndex(({ eventType }) => eventType === "EVENT_TYPE_TIMER_FIRED");
  const checked = events.findIndex(
    ({ eventType }, at) => at > fired && eventType === "EVENT_TYPE_ACTIVITY_TASK_COMPLETED",
  );
  const [scheduled, begun, completed] = events.slice(checked + 1, checked + 4);
  const suggesting = {
    ...begun!,
    workflowTaskStartedEventAttributes: {
      ...(begun!["workflowTaskStartedEventAttributes"] as Attributes),
      suggestContinueAsNew: true,
    },
  };
  const replayed = replay([
    ...events.slice(0, checked + 1),
    scheduled!,
    suggesting,
    completed!,
    event(Number(completed!.eventId) + 1, "WORKFLOW_EXECUTION_CONTINUED_AS_NEW", {
      newExecutionRunId: "0198c2f4-0000-7000-8000-00000000abcd",
      workflowType: { name: "run" },
      taskQueue: { name: "golden" },
      workflowTaskCompletedEventId: completed!.eventId,
    }),
  ]);
  await expect(replayed).resolves.toBeUndefined();
});
