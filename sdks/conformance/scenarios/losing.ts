import { setTimeout as sleep } from "node:timers/promises";
import { until } from "../engine/until.ts";
import { expectBetween, expectEqual, expectPart, expectThat } from "../runner/expect.ts";
import { defineScenario, type World } from "../runner/scenario.ts";

const short = { leaseMs: 2_000, beatMs: 300 };

/** A worker with a job in hand, at whose first attempt it sleeps. */
export async function withJobInHand(world: World): Promise<void> {
  await world.startIdle();
  await world.enqueue("a", "sleep", { ms: 4_000 });
  await world.untilLeased("a");
}

export async function registersAgain(world: World, count = 2): Promise<void> {
  await world.until(
    `registration number ${count}`,
    () => world.engine.http.registrations.length >= count,
    25_000,
  );
}

/** The second attempt is done in the queue's new life; the first is not reported, then or later. */
export async function expectSecondLife(world: World): Promise<void> {
  await world.enqueue("a", "echo", "second", { attempt: 2 });
  const isDone = async () => (await world.engine.settled()).some(({ attempt }) => attempt === "2");
  await world.until("an outcome of the second attempt", isDone);
  // Beyond the end of the first attempt's handler, had nobody stopped it.
  await sleep(1_500);
  const second = (await world.engine.settled()).find(({ attempt }) => attempt === "2");
  expectPart("a result", second, { stale: "0", outcome: { result: { payload: "second" } } });
  expectEqual("settles of the first attempt", world.wire.settles("a", 1), []);
}

/** A worker may leave out which registration its new one is for, but not name another. */
function expectReplaces(world: World): void {
  const said = world.engine.http.registrations[1]?.["replaces"];
  const [first] = world.wire.claims();
  if (said === undefined) world.note("does not say which registration the new one replaces");
  else expectEqual("replaces", said, first?.worker);
}

export const losing = [
  defineScenario(
    "epoch: the queue is rebuilt, the worker registers again and reports nothing old",
    short,
    async (world) => {
      await withJobInHand(world);
      await world.engine.rebuild();
      await registersAgain(world);
      await expectSecondLife(world);
      const epochs = new Set(world.wire.claims().map(({ epoch }) => epoch));
      expectEqual("epochs in which it claimed", epochs.size, 2);
      expectReplaces(world);
    },
  ),

  defineScenario("epoch: a queue that stays closed is not stormed", short, async (world) => {
    await world.startIdle();
    await world.engine.call("je_close", 1);
    await registersAgain(world);
    const before = world.engine.http.registrations.length;
    await sleep(4_000);
    const tries = world.engine.http.registrations.length - before;
    expectBetween("registrations in 4 s", tries, 1, 20);
    world.note(`${tries} registrations in 4 s`);
    await world.engine.open();
    await world.enqueue("a", "echo", 1);
    expectPart("a result", (await world.results(1, 25_000))[0], { outcome: { status: "succeeded" } });
  }),

  defineScenario(
    "user: it vanished, the worker registers again",
    { ...short, only: "valkey" },
    async (world) => {
      await withJobInHand(world);
      await world.engine.valkey.call("ACL", "DELUSER", world.engine.userName);
      await registersAgain(world);
      const [lost] = await world.results(1);
      expectPart("a result", lost, { job: "a", attempt: "1", reason: "lease_expired" });
      await expectSecondLife(world);
    },
  ),

  defineScenario(
    "user: it lost its rights, the worker registers again",
    { ...short, only: "valkey" },
    async (world) => {
      await world.startIdle();
      const { engine } = world;
      await engine.valkey.call("ACL", "SETUSER", engine.userName, "-fcall");
      await registersAgain(world);
      await world.enqueue("a", "echo", 1);
      expectPart("a result", (await world.results(1))[0], { outcome: { status: "succeeded" } });
    },
  ),

  defineScenario(
    "user: refused at the first sign-in, the worker registers again",
    { ...short, only: "valkey" },
    async (world) => {
      // A server that restarted a moment ago may not know its users yet.
      const { engine, link } = world;
      const url = `redis://127.0.0.1:${link.port}`;
      engine.registrationExtras = { valkey: { url, username: "wk_ffffffffffffffff" } };
      world.start();
      await registersAgain(world, 2);
      engine.registrationExtras = {};
      await world.enqueue("a", "echo", 1);
      expectPart("a result", (await world.results(1))[0], { outcome: { status: "succeeded" } });
    },
  ),

  defineScenario(
    "loss: FLUSHALL, the worker registers again when the queue is open",
    { ...short, ownServer: true },
    async (world) => {
      await withJobInHand(world);
      await world.engine.valkey.flushall();
      await sleep(1_000);
      await world.engine.rebuild();
      await registersAgain(world);
      await expectSecondLife(world);
    },
  ),

  defineScenario(
    "loss: the functions are gone, the worker registers again",
    { ...short, ownServer: true },
    async (world) => {
      await withJobInHand(world);
      await world.engine.valkey.function("FLUSH");
      await registersAgain(world);
      await world.engine.rebuild();
      await expectSecondLife(world);
    },
  ),

  defineScenario(
    "loss: Valkey restarts empty in the middle of a job",
    { ...short, ownServer: true },
    async (world) => {
      await withJobInHand(world);
      await world.restartServer();
      await until(async () => (await world.engine.valkey.ping().catch(() => "")) === "PONG");
      await world.engine.rebuild();
      await registersAgain(world);
      await expectSecondLife(world);
      expectThat(world.wire.claims().length > 1, "claims after the restart", world.wire.claims().length);
    },
  ),
];
