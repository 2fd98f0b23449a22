import { setTimeout as sleep } from "node:timers/promises";
import { expectBetween, expectEqual, expectThat } from "../runner/expect.ts";
import { defineScenario, type World } from "../runner/scenario.ts";

const wakes = 15;
const quietMs = 3_000;

/** Something by which the worker hears that its registration is over. */
async function forgetRegistration({ engine, link, transport }: World): Promise<void> {
  if (transport === "https") {
    link.meddle = () => {
      link.meddle = undefined;
      return { refuse: "NOAUTH" };
    };
    return;
  }
  await engine.valkey.call("ACL", "SETUSER", engine.userName, ">another", `<${engine.secret}`);
  await engine.valkey.call("CLIENT", "KILL", "USER", engine.userName);
}

export const idling = [
  defineScenario("idle: wakes within 250 ms, 15 times", {}, async (world) => {
    const { engine, wire } = world;
    await world.startIdle();
    const tookMs: number[] = [];
    for (let i = 0; i < wakes; i++) {
      await world.until("an idle worker", async () => {
        return (await engine.valkey.zcard(`${engine.keyPrefix}idle`)) > 0;
      });
      // A moment, so that the worker has gone to sleep in the server.
      await sleep(20);
      const sentAtMs = performance.now();
      await world.enqueue(`j${i}`, "echo", i);
      await world.untilLeased(`j${i}`);
      const given = wire.given().find(({ job }) => job === `j${i}`);
      tookMs.push((given?.repliedAtMs ?? Infinity) - sentAtMs);
    }
    const sorted = tookMs.sort((a, b) => a - b);
    const [median = Infinity, most = Infinity] = [sorted[Math.floor(wakes / 2)], sorted.at(-1)];
    expectBetween("ms from enqueue to claim, the median", median, 0, 250);
    world.note(`median ${median.toFixed(1)} ms, longest ${most.toFixed(1)} ms`);
  }),

  defineScenario("idle: sleeps in the server and sends next to nothing", {}, async (world) => {
    const { wire } = world;
    await world.startIdle();
    await sleep(500);
    const before = wire.commands.length;
    await sleep(quietMs);
    const sent = wire.commands.slice(before);
    const perSecond = sent.length / (quietMs / 1_000);
    expectThat(perSecond < 5, "fewer than 5 commands a second", `${perSecond.toFixed(1)} a second`);
    const claims = sent.filter(({ args }) => args[0] === "je_claim").length;
    expectThat(claims <= 1, `no polling: at most 1 claim in ${quietMs / 1_000} s`, claims);
    const waiting = wire.commands.filter(({ waits, repliedAtMs }) => waits && repliedAtMs === undefined);
    expectEqual("blocking pops or waiting claims under way", waiting.length, 1);
    world.note(`${perSecond.toFixed(1)} commands a second`);
  }),

  defineScenario(
    "idle: unheard for longer than a lease, it claims again after its next beat",
    { leaseMs: 1_500, beatMs: 300 },
    async (world) => {
      await world.startIdle();
      world.link.stall();
      await sleep(3_000);
      const claims = world.wire.claims().length;
      world.link.resume();
      await world.until("a claim after the silence", () => world.wire.claims().length > claims, 5_000);
      await world.enqueue("a", "echo", 1);
      await world.results(1, 5_000);
    },
  ),

  defineScenario(
    "log: standard output stays empty, the secret is never told",
    { leaseMs: 2_000, beatMs: 300 },
    async (world) => {
      const { engine } = world;
      engine.http.answers.push({ status: 503 });
      const worker = await world.startIdle();
      await world.enqueue("a", "fail", { error: "transient", message: "as told" });
      await world.results(1);
      await forgetRegistration(world);
      await world.until("another registration", () => engine.http.registrations.length >= 2);
      await world.enqueue("b", "echo", 1);
      await world.results(2);
      worker.terminate();
      await sleep(500);
      expectEqual("standard output", worker.output, "");
      expectThat(!worker.log.includes(engine.secret), "a log without the secret", "the secret is in it");
    },
  ),
];
