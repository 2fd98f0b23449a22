import { setTimeout as sleep } from "node:timers/promises";
import { expectEqual, expectPart, expectThat } from "../runner/expect.ts";
import { defineScenario, type World } from "../runner/scenario.ts";
import type { WireCommand } from "../link/wire.ts";

/** An idle worker that nobody wakes looks by itself after tens of seconds. */
const wakesByItselfMs = 35_000;
const short = { leaseMs: 1_500, beatMs: 300 };

function isCall({ name, args }: WireCommand, functionName: string): boolean {
  return name === "FCALL" && args[0] === functionName;
}

/** Breaks the connection after the server did the next such call: its answer is lost. */
function loseAnswerOf(world: World, functionName: string, isMeant: (command: WireCommand) => boolean): void {
  world.link.meddle = (command) => {
    if (!isCall(command, functionName) || !isMeant(command)) return undefined;
    world.link.meddle = undefined;
    return { cut: "afterwards" };
  };
}

async function expectDone(world: World, job: string, resultsBefore: number, limitMs?: number): Promise<void> {
  const results = await world.results(resultsBefore + 1, limitMs);
  const done = results.findLast((result) => result.job === job && result.stale === "0");
  expectPart(`an outcome of ${job}`, done, { reason: "settled", outcome: { status: "succeeded" } });
}

/** Error replies by which a server says that it cannot take a call now. */
const passing = [
  "OOM command not allowed when used memory > 'maxmemory'.",
  "LOADING is loading",
  "BUSY busy",
];

export const connections = [
  defineScenario("cut: the answer of a claim is lost", short, async (world) => {
    loseAnswerOf(world, "je_claim", () => true);
    await world.enqueue("a", "echo", 1);
    world.start();
    const [first] = await world.results(1);
    expectPart("a result", first, { reason: "lease_expired", outcome: { error: { class: "crash" } } });
    await world.enqueue("a", "echo", 2, { attempt: 2 });
    await expectDone(world, "a", 1);
  }),

  defineScenario(
    "cut: the answer of a settle is lost, it is repeated, one outcome counts",
    {},
    async (world) => {
      await world.startIdle();
      loseAnswerOf(world, "je_settle", () => true);
      await world.enqueue("a", "echo", 1);
      await world.until("the same settle again, answered known", () =>
        world.wire
          .settles("a")
          .some(({ verdict, repliedAtMs }) => verdict === "known" && repliedAtMs !== undefined),
      );
      await world.enqueue("b", "echo", 2);
      await world.results(2);
      expectEqual(
        "results",
        (await world.engine.settled()).map(({ job, stale }) => [job, stale]),
        [
          ["a", "0"],
          ["b", "0"],
        ],
      );
    },
  ),

  defineScenario("cut: the connection breaks before a settle arrives, it is repeated", {}, async (world) => {
    await world.startIdle();
    world.link.meddle = (command) => {
      if (!isCall(command, "je_settle")) return undefined;
      world.link.meddle = undefined;
      return { cut: "before" };
    };
    await world.enqueue("a", "echo", 1);
    await expectDone(world, "a", 0);
  }),

  defineScenario(
    "cut: connections killed in the middle of a job cost nothing",
    { leaseMs: 6_000, beatMs: 500 },
    async (world) => {
      await world.startIdle();
      await world.enqueue("a", "sleep", { ms: 2_500 });
      await world.untilLeased("a");
      expectThat((await world.killConnections()) > 0, "connections of the worker to kill", 0);
      await expectDone(world, "a", 0);
      expectEqual("attempts settled", (await world.engine.settled()).length, 1);
    },
  ),

  defineScenario("cut: an idle worker whose connections were killed soon works again", {}, async (world) => {
    await world.startIdle();
    await world.killConnections();
    await world.enqueue("a", "echo", 1);
    await expectDone(world, "a", 0);
  }),

  defineScenario(
    "cut: the queue is away for two seconds",
    { leaseMs: 8_000, beatMs: 1_000 },
    async (world) => {
      await world.startIdle();
      await world.enqueue("a", "sleep", { ms: 1_000 });
      await world.untilLeased("a");
      world.link.isAway = true;
      world.link.cut();
      await sleep(2_000);
      world.link.isAway = false;
      await expectDone(world, "a", 0);
      await world.enqueue("b", "echo", 1);
      await expectDone(world, "b", 1);
    },
  ),

  defineScenario("slow: 150 ms each way", { leaseMs: 3_000, beatMs: 600 }, async (world) => {
    world.link.delayMs = 150;
    await world.startIdle();
    await world.enqueue("long", "sleep", { ms: 4_000 });
    await world.engine.enqueue(
      Array.from({ length: 12 }, (_, i) => ({ job: `j${i}`, kind: "echo", payload: `${i}` })),
    );
    const results = await world.results(13, 40_000);
    const good = results.filter(({ stale, outcome }) => stale === "0" && outcome["status"] === "succeeded");
    expectEqual("jobs that succeeded", good.length, 13);
  }),

  defineScenario(
    "slow: unheard for longer than a lease, it asks before it publishes",
    // Long enough for a busy machine to cut the line well before the handler ends.
    { leaseMs: 4_000, beatMs: 500 },
    async (world) => {
      await world.startIdle();
      await world.enqueue("a", "sleep", { ms: 4_000 });
      await world.untilLeased("a");
      world.link.stall();
      // The handler ends after more than two beats of silence, the lease a little later.
      const [crash] = await world.results(1);
      expectPart("a result", crash, { reason: "lease_expired" });
      await sleep(1_000);
      world.link.resume();
      await world.enqueue("a", "echo", 2, { attempt: 2 });
      await expectDone(world, "a", 1, wakesByItselfMs);
      await sleep(700);
      expectEqual("settles of the attempt whose lease was over", world.wire.settles("a", 1), []);
    },
  ),

  ...passing.map((text) =>
    defineScenario(`busy: ${text.split(" ")[0]} is waited out, job by job`, {}, async (world) => {
      const left = new Map([
        ["je_claim", 2],
        ["je_settle", 2],
      ]);
      await world.startIdle();
      world.link.meddle = (command) => {
        const count = command.name === "FCALL" ? (left.get(command.args[0] ?? "") ?? 0) : 0;
        if (count === 0) return undefined;
        left.set(command.args[0] ?? "", count - 1);
        return { refuse: text };
      };
      await world.enqueue("a", "echo", 1);
      await expectDone(world, "a", 0);
      expectEqual("refusals left over", [...left.values()], [0, 0]);
      expectEqual("registrations", world.engine.http.registrations.length, 1);
    }),
  ),
];
