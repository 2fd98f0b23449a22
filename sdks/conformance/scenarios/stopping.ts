import { setTimeout as sleep } from "node:timers/promises";
import { expectBetween, expectEqual, expectPart, expectThat } from "../runner/expect.ts";
import { defineScenario, type World } from "../runner/scenario.ts";
import type { WorkerProcess } from "../runner/worker-process.ts";

/** Beats twice a second, so that "with the next beat" can be told from "much later". */
const steady = { leaseMs: 4_000, beatMs: 500 };
/** For a busy machine, beside the time that the protocol gives. */
const slackMs = 4_000;

async function expectExit(world: World, worker: WorkerProcess, withinMs: number): Promise<void> {
  await world.until(`an end of the worker`, () => worker.exit !== undefined, withinMs);
  expectPart("an end", worker.exit, { code: 0 });
}

/** The worker said goodbye: the queue does not count it among the living any more. */
async function expectLeft({ engine, wire }: World): Promise<void> {
  expectThat(wire.calls("je_leave").length > 0, "je_leave", "no such call");
  expectEqual(
    "workers known to the queue",
    await engine.valkey.zrange(`${engine.keyPrefix}workers`, "0", "+inf", "BYSCORE"),
    [],
  );
}

async function goesOn(world: World, resultsBefore: number): Promise<void> {
  await world.enqueue("next", "echo", 1, { run: "run_2" });
  const results = await world.results(resultsBefore + 1);
  const next = results.find(({ job }) => job === "next");
  expectPart("the next job", next, { stale: "0", outcome: { status: "succeeded" } });
}

export const stopping = [
  defineScenario("cancel: a job in flight ends as cancelled with the next beat", steady, async (world) => {
    const { engine } = world;
    await world.startIdle();
    await world.enqueue("a", "sleep", { ms: 60_000 });
    await world.untilLeased("a");
    await engine.call("je_cancel", "run", "run_1", "");
    const sinceMs = performance.now();
    const [result] = await world.results(1);
    const tookMs = performance.now() - sinceMs;
    expectPart("a result", result, {
      reason: "settled",
      stop: "cancel",
      stale: "0",
      outcome: { status: "cancelled" },
    });
    expectBetween("ms from the cancel to the outcome", tookMs, 0, world.beatMs + slackMs);
    world.note(`${Math.round(tookMs)} ms`);
    await goesOn(world, 1);
  }),

  defineScenario("cancel: one job of several, the others go on", steady, async (world) => {
    await world.startIdle();
    for (const job of ["a", "b"]) await world.enqueue(job, "sleep", { ms: 2_500 });
    await world.untilLeased("b");
    await world.engine.call("je_cancel", "job", "a");
    const results = await world.results(2);
    const status = (job: string) => results.find((result) => result.job === job)?.outcome["status"];
    expectEqual("outcomes of a and b", [status("a"), status("b")], ["cancelled", "succeeded"]);
  }),

  defineScenario("cancel: a job past its wall clock ends as cancelled", steady, async (world) => {
    await world.startIdle();
    await world.enqueue("a", "sleep", { ms: 60_000 }, { wallClockMs: 700 });
    expectPart("a result", (await world.results(1))[0], {
      reason: "settled",
      stop: "wall_clock",
      stale: "0",
      outcome: { status: "cancelled" },
    });
    await goesOn(world, 1);
  }),

  defineScenario(
    "drain: on SIGTERM handlers finish, nothing new is taken, the exit code is 0",
    {},
    async (world) => {
      const { engine } = world;
      const worker = await world.startIdle();
      await world.enqueue("a", "sleep", { ms: 1_500 });
      await world.untilLeased("a");
      worker.terminate();
      await sleep(300);
      await world.enqueue("b", "echo", 1);
      await expectExit(world, worker, 1_500 + 3 * slackMs);
      const results = await engine.settled();
      expectEqual(
        "jobs that were settled",
        results.map(({ job }) => job),
        ["a"],
      );
      expectPart("a result", results[0], { stale: "0", outcome: { status: "succeeded" } });
      expectEqual("state of the job that came later", await engine.stateOf("b"), "ready");
      await expectLeft(world);
    },
  ),

  defineScenario(
    "drain: what runs beyond the grace is given back with its attempt",
    steady,
    async (world) => {
      const { engine, wire } = world;
      const worker = await world.startIdle({ drainGraceMs: 700 });
      await world.enqueue("a", "sleep", { ms: 60_000 });
      await world.untilLeased("a");
      const sinceMs = performance.now();
      worker.terminate();
      await expectExit(world, worker, 700 + 3 * slackMs);
      const [released] = wire.releases();
      expectPart("a release", released, { job: "a", attempt: 1, verdict: "released" });
      expectBetween(
        "ms from the signal to the release",
        (released?.sentAtMs ?? 0) - sinceMs,
        600,
        700 + slackMs,
      );
      expectEqual("settles", wire.settles().length, 0);
      expectEqual("state of the job", await engine.stateOf("a"), "ready");
      await expectLeft(world);
    },
  ),

  defineScenario("drain: an idle worker leaves at once", {}, async (world) => {
    const worker = await world.startIdle();
    worker.terminate();
    await expectExit(world, worker, 2 * slackMs);
    await expectLeft(world);
  }),

  defineScenario("drain: a second signal gives everything back at once", {}, async (world) => {
    const worker = await world.startIdle({ drainGraceMs: 60_000 });
    await world.enqueue("a", "sleep", { ms: 60_000 });
    await world.untilLeased("a");
    worker.terminate();
    await sleep(500);
    expectThat(worker.exit === undefined, "a worker that lets its handler finish", worker.exit);
    worker.terminate();
    await world.until("an end of the worker", () => worker.exit !== undefined, 2 * slackMs);
    expectEqual("settles", world.wire.settles().length, 0);
    expectThat(
      ["ready", "leased"].includes(await world.engine.stateOf("a")),
      "the job given back, or its lease left to end",
      await world.engine.stateOf("a"),
    );
  }),

  defineScenario("drain: asked by the engine, it finishes and leaves with code 0", steady, async (world) => {
    const { engine } = world;
    const worker = await world.startIdle();
    await world.enqueue("a", "sleep", { ms: 1_500 });
    await world.untilLeased("a");
    await engine.call("je_drain", "1", world.wire.claims()[0]?.worker ?? "");
    await expectExit(world, worker, 1_500 + world.beatMs + 3 * slackMs);
    const results = await engine.settled();
    expectPart("a result", results[0], { job: "a", stale: "0", outcome: { status: "succeeded" } });
    await expectLeft(world);
  }),

  defineScenario(
    "drain: nothing is sent after the goodbye",
    { leaseMs: 2_000, beatMs: 100 },
    async (world) => {
      // Each call takes longer than the time between two beats: one falls due while the goodbye is under way.
      const worker = await world.startIdle();
      world.link.delayMs = 150;
      worker.terminate();
      await expectExit(world, worker, 4_000);
      const names = world.wire.commands.map(({ name, args }) => (name === "FCALL" ? String(args[0]) : name));
      const after = names.slice(names.indexOf("je_leave") + 1).filter((name) => name.startsWith("je_"));
      expectEqual("calls after je_leave", after, []);
      await expectLeft(world);
    },
  ),

  defineScenario("drain: ends in time although the queue is away", {}, async (world) => {
    const worker = await world.startIdle({ drainGraceMs: 500 });
    world.link.isAway = true;
    world.link.cut();
    worker.terminate();
    await world.until("an end of the worker", () => worker.exit !== undefined, 14_000);
  }),

  defineScenario("drain: a worker that is not registered yet ends, too", {}, async (world) => {
    world.engine.http.always = { status: 503 };
    const worker = world.start();
    await world.until("two tries to register", () => world.engine.http.requestsTo("register").length >= 2);
    worker.terminate();
    await expectExit(world, worker, 3 * slackMs);
  }),

  defineScenario(
    "crash: the job of a killed worker ends as crash, and another one takes it up",
    { leaseMs: 1_500, beatMs: 300 },
    async (world) => {
      const worker = await world.startIdle();
      await world.enqueue("a", "sleep", { ms: 60_000 });
      await world.untilLeased("a");
      worker.kill();
      expectPart("a result", (await world.results(1))[0], {
        reason: "lease_expired",
        stale: "0",
        outcome: { status: "failed", error: { class: "crash" } },
      });
      world.start();
      await world.enqueue("a", "echo", 2, { attempt: 2 });
      expectPart("the second attempt", (await world.results(2))[1], {
        attempt: "2",
        stale: "0",
        outcome: { status: "succeeded" },
      });
    },
  ),
];
