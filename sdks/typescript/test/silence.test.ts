import { createBeats } from "../src/beats.ts";
import { guardMetrics } from "../src/metrics.ts";
import { createHand } from "../src/hand.ts";
import type { BeatVerdict, ClaimedJob, SettleVerdict } from "../src/protocol.ts";
import type { QueueConnection } from "../src/queue-connection.ts";
import { QueueAway } from "../src/queue-errors.ts";
import { createSettler } from "../src/settler.ts";

const claimed: ClaimedJob = {
  job: "a",
  attempt: 1,
  lease: 7,
  kind: "scan",
  class: "event",
  tenant: "acme",
  run: "run_1",
  wallClockMs: 1_000,
  payload: "{}",
};

/** A queue that notes its calls and answers every beat with one verdict; `away` makes calls fail. */
function noted(verdict: BeatVerdict) {
  const calls: string[] = [];
  const state = { away: false };
  /** Holds the answers of beats back. */
  const late: { gate: PromiseWithResolvers<void> | undefined } = { gate: undefined };
  const note = (call: string) => {
    if (state.away) throw new QueueAway(new Error("gone"));
    calls.push(call);
  };
  const queue = {
    async beat(jobs: readonly unknown[]) {
      note("beat");
      await late.gate?.promise;
      return { word: "continue" as const, leaseMs: 100, beatMs: 20, verdicts: jobs.map(() => verdict) };
    },
    async settle(outcomes: readonly unknown[]) {
      note("settle");
      return outcomes.map((): SettleVerdict => "accepted");
    },
    endSleep() {
      calls.push("endSleep");
    },
  } as unknown as QueueConnection;
  const metrics = guardMetrics({}, () => {});
  const hand = createHand(claimed, performance.now());
  const beats = createBeats({
    queue,
    hands: new Set([hand]),
    leaseMs: 100,
    beatMs: 20,
    onDrain: () => {},
    metrics,
  });
  const settler = createSettler({ queue, beats, log: () => {}, metrics });
  return { calls, state, hand, beats, settler, late };
}

test("a worker that was heard lately publishes at once", async () => {
  const { calls, hand, settler } = noted("continue");
  const over = new AbortController();
  const running = settler.run(over.signal);
  await settler.settle(hand, "{}");
  over.abort();
  await running;
  expect(calls).toEqual(["settle"]);
});

test.each([
  ["continue" as const, ["beat", "settle"]],
  ["lost" as const, ["beat"]],
])(
  "after two missed beats it beats first, and a %s decides whether it publishes",
  async (verdict, expected) => {
    const { calls, hand, settler } = noted(verdict);
    hand.renewedAt -= 50;
    const over = new AbortController();
    const running = settler.run(over.signal);
    await settler.settle(hand, "{}");
    over.abort();
    await running;
    expect(calls).toEqual(expected);
  },
);

test("the answer to a beat that was sent before the silence does not do: it beats again", async () => {
  const { calls, hand, beats, settler, late } = noted("continue");
  late.gate = Promise.withResolvers<void>();
  const old = beats.beatNow();
  await new Promise((resolve) => setTimeout(resolve, 60));
  const over = new AbortController();
  const running = settler.run(over.signal);
  const settled = settler.settle(hand, "{}");
  late.gate.resolve();
  late.gate = undefined;
  await Promise.all([old, settled]);
  over.abort();
  await running;
  expect(calls).toEqual(["beat", "beat", "settle"]);
});

test("without an answer for a whole lease its jobs are lost", async () => {
  const { state, hand, beats, settler } = noted("continue");
  state.away = true;
  const over = new AbortController();
  const running = [beats.run(over.signal), settler.run(over.signal)];
  await settler.settle(hand, "{}");
  expect(hand.stopped).toBe("lost");
  expect(hand.signal.aborted).toBe(true);
  over.abort();
  await Promise.all(running);
});
