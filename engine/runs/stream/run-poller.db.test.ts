import { createRunLab, type RunLab } from "../../../test/support/run-lab.ts";
import { appendRunEvents } from "../../../store/runs/events.ts";
import { withTenant } from "../../../store/tenant.ts";
import type { Engine } from "../../context.ts";
import { createRunPollers } from "./run-poller.ts";

let lab: RunLab;
beforeEach(async () => {
  lab = await createRunLab();
});
afterEach(() => lab.close());

/** The engine of the lab, with a count of the transactions that were begun. */
function counted(): { engine: Engine; transactions: () => number } {
  let transactions = 0;
  const clock = (now: Date) => {
    transactions += 1;
    return now;
  };
  return { engine: { ...lab.engine, app: { ...lab.engine.app, clock } }, transactions: () => transactions };
}

const never = new AbortController().signal;

it("looks once a turn however many listen, and not at all when nobody does", async () => {
  const key = await lab.createRun();
  const { engine, transactions } = counted();
  const pollers = createRunPollers(engine, 20);
  const watches = Array.from({ length: 50 }, () => pollers.watch(key));
  await Promise.all(watches.map((watch) => watch.next(never)));
  await Promise.all(watches.map((watch) => watch.next(never)));
  expect(transactions()).toBeLessThan(10);
  for (const watch of watches) watch.close();
  await new Promise((resolve) => setTimeout(resolve, 50));
  const after = transactions();
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(transactions()).toBe(after);
});

it("carries the events since the look before", async () => {
  const key = await lab.createRun();
  const watch = createRunPollers(lab.engine, 20).watch(key);
  expect((await watch.next(never)).events).toEqual([]);
  await withTenant(lab.engine.app, key.tenant, (tx, now) =>
    appendRunEvents(tx, now, [{ ...key, kind: "stateChanged", data: { to: "queued" } }]),
  );
  let events = (await watch.next(never)).events;
  while (events.length === 0) events = (await watch.next(never)).events;
  expect(events).toMatchObject([{ seq: 1, kind: "stateChanged" }]);
  watch.close();
});

it("waits through a database that cannot be asked", async () => {
  const key = await lab.createRun();
  let failures = 3;
  const clock = (now: Date) => {
    if (failures-- > 0) throw new Error("The connection is gone.");
    return now;
  };
  const watch = createRunPollers({ ...lab.engine, app: { ...lab.engine.app, clock } }, 5).watch(key);
  expect((await watch.next(never)).run.run_id).toBe(key.runId);
  watch.close();
});

it("ends a wait with its signal", async () => {
  const key = await lab.createRun();
  const watch = createRunPollers(lab.engine, 60_000).watch(key);
  await watch.next(never);
  await expect(watch.next(AbortSignal.timeout(10))).rejects.toThrow("timeout");
  watch.close();
});
