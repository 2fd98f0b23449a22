import { setTimeout as sleep } from "node:timers/promises";
import { expectBetween, expectEqual, expectPart } from "../runner/expect.ts";
import { defineScenario, type World } from "../runner/scenario.ts";

/** Short enough to see many, long enough for a busy machine. */
const short = { leaseMs: 1_500, beatMs: 300 };

async function expectHeld(world: World, ms: number): Promise<void> {
  await world.enqueue("a", "sleep", { ms });
  expectPart(`a job of ${ms} ms under a lease of ${world.leaseMs} ms`, (await world.results(1))[0], {
    reason: "settled",
    stale: "0",
    outcome: { status: "succeeded" },
  });
}

/** Progress that the server keeps of a job in hand. */
async function progressOf({ engine }: World, job: string): Promise<Record<string, unknown> | undefined> {
  const text = await engine.valkey.hget(`${engine.keyPrefix}progress`, job);
  return text === null ? undefined : (JSON.parse(text) as Record<string, unknown>);
}

export const beating = [
  defineScenario("beat: keeps a lease far beyond its length", short, async (world) => {
    await world.startIdle();
    await expectHeld(world, 4_500);
    const beats = world.wire.calls("je_beat").length;
    expectBetween("beats in 4.5 s, one each 300 ms", beats, 9, 24);
  }),

  defineScenario(
    "beat: the times that a claim tells count at once, whatever registration said",
    short,
    async (world) => {
      world.engine.registrationExtras = { leaseSeconds: 60, beatSeconds: 15 };
      await world.startIdle();
      await expectHeld(world, 3_500);
    },
  ),

  defineScenario("beat: also comes with no job in hand", short, async (world) => {
    const { wire } = world;
    await world.startIdle();
    const before = wire.calls("je_beat").length;
    await sleep(2_100);
    expectBetween("beats in 2.1 s, one each 300 ms", wire.calls("je_beat").length - before, 4, 10);
  }),

  defineScenario("beat: carries the progress, never more than 512 bytes of it", short, async (world) => {
    await world.startIdle();
    const message = "ü".repeat(700);
    await world.enqueue("a", "sleep", { ms: 2_000, message });
    let seen: Record<string, unknown> | undefined;
    await world.until("a progress on the server that has moved", async () => {
      seen = await progressOf(world, "a");
      return Number(seen?.["done"]) > 0;
    });
    expectPart("a progress", seen, { total: 2_000, phase: "sleep" });
    expectPart("a result", (await world.results(1))[0], { outcome: { status: "succeeded" } });
    const longest = Math.max(...world.wire.beats().map(({ text }) => Buffer.byteLength(text)));
    expectBetween("bytes of the longest progress", longest, 1, 512);
  }),

  defineScenario(
    "beat: goes on while a handler blocks, or the worker does not publish",
    short,
    async (world) => {
      await world.startIdle();
      await world.enqueue("a", "stubborn", { ms: 4_500 });
      const [result] = await world.results(1);
      const isLost = result?.reason === "lease_expired";
      await world.enqueue("b", "echo", 1);
      // An idle worker that nobody wakes looks by itself after tens of seconds.
      const results = await world.results(2, 35_000);
      const next = results.find(({ job }) => job === "b");
      expectPart("the next job", next, { stale: "0", outcome: { status: "succeeded" } });
      if (isLost) {
        const published = world.wire.settles("a");
        expectEqual("settles of the job whose lease was over", published.length, 0);
        world.note("it could not beat, and did not publish");
      } else {
        expectPart("a result", result, { reason: "settled", stale: "0", outcome: { status: "succeeded" } });
      }
    },
  ),

  defineScenario("lost: another attempt took over, the first is not settled", short, async (world) => {
    await world.startIdle();
    await world.enqueue("a", "sleep", { ms: 2_000 });
    await world.untilLeased("a");
    await world.enqueue("a", "echo", "second", { attempt: 2 });
    const results = await world.results(1);
    expectPart("a result", results[0], {
      attempt: "2",
      stale: "0",
      outcome: { status: "succeeded", result: { payload: "second" } },
    });
    await world.until("a beat that is answered lost", () =>
      world.wire.beats().some(({ attempt, verdict }) => attempt === 1 && verdict === "lost"),
    );
    // Beyond the end of its handler, had nobody stopped it.
    await sleep(2_700);
    expectEqual("settles of the lost attempt", world.wire.settles("a", 1), []);
  }),

  defineScenario("duplicate: the same job with a higher attempt is a job of its own", {}, async (world) => {
    await world.startIdle();
    await world.enqueue("a", "echo", 1);
    await world.results(1);
    await world.enqueue("a", "echo", 2, { attempt: 2 });
    await world.results(2);
    expectEqual(
      "attempts and results",
      (await world.engine.settled()).map(({ attempt, stale, outcome }) => [
        attempt,
        stale,
        outcome["result"],
      ]),
      [
        ["1", "0", { payload: 1 }],
        ["2", "0", { payload: 2 }],
      ],
    );
  }),
];
