import { expectBetween, expectEqual, expectPart, expectThat } from "../runner/expect.ts";
import { defineScenario } from "../runner/scenario.ts";
import { kinds } from "./registering.ts";

/** Payloads that every JSON library must bring back unchanged. */
const payloads: readonly unknown[] = [
  { n: 1, list: [1, "two", null, true], nested: { deep: { er: [] } } },
  'text with "quotes", \\ and \n lines',
  { ü: "Grüße, 世界, 😀" },
  [],
  {},
  0,
  -1.5,
  true,
  false,
  null,
  "",
];

/** Bytes of the outcomes in a settle call. */
function bytesOf(rest: readonly string[]): number {
  return rest.filter((_, i) => i % 4 === 3).reduce((sum, text) => sum + Buffer.byteLength(text), 0);
}

export const working = [
  defineScenario("work: does a job and settles what the handler returned", {}, async (world) => {
    await world.startIdle();
    for (const [i, payload] of payloads.entries()) await world.enqueue(`j${i}`, "echo", payload);
    const results = await world.results(payloads.length);
    for (const [i, payload] of payloads.entries()) {
      const result = results.find(({ job }) => job === `j${i}`);
      expectPart(`the outcome of ${JSON.stringify(payload)}`, result, {
        attempt: "1",
        stale: "0",
        reason: "settled",
      });
      expectPart("an outcome", result?.outcome, { status: "succeeded" });
      const returned = (result?.outcome["result"] as { payload?: unknown } | undefined)?.payload;
      expectEqual("the payload came back as", returned, payload);
    }
  }),

  defineScenario("work: does a job with a concurrency key like any other", {}, async (world) => {
    await world.startIdle();
    await world.engine.enqueue([{ job: "j", kind: "echo", payload: "1", key: "registry.example:5000" }]);
    const [result] = await world.results(1);
    expectPart("the outcome", result?.outcome, { status: "succeeded" });
  }),

  defineScenario("work: 300 jobs, each settled once, in batches", {}, async (world) => {
    const { engine, wire } = world;
    const jobs = Array.from({ length: 300 }, (_, i) => ({ job: `j${i}`, kind: "echo", payload: `${i}` }));
    await engine.enqueue(jobs);
    world.start({ concurrency: 20 });
    await world.results(300, 40_000);
    const results = await engine.settled();
    expectEqual("different jobs settled", new Set(results.map(({ job }) => job)).size, 300);
    expectEqual("results", results.length, 300);
    expectEqual("stale results", results.filter(({ stale }) => stale !== "0").length, 0);
    const claims = wire.claims();
    const asked = Math.max(...claims.map(({ rest }) => Number(rest[0])));
    expectThat(asked >= 2, "claims for more than one job at a time", asked);
    const settles = wire.calls("je_settle");
    const tookMs = (settles.at(-1)?.sentAtMs ?? 0) - (claims[0]?.sentAtMs ?? 0);
    world.note(`${claims.length} claims, ${settles.length} settles, ${Math.round(tookMs)} ms`);
  }),

  defineScenario("work: never more jobs at once than its concurrency, and as many", {}, async (world) => {
    const [concurrency, ms, count] = [3, 400, 15];
    const payload = JSON.stringify({ ms });
    await world.engine.enqueue(
      Array.from({ length: count }, (_, i) => ({ job: `j${i}`, kind: "sleep", payload })),
    );
    world.start({ concurrency });
    await world.results(count);
    const asked = Math.max(...world.wire.claims().map(({ rest }) => Number(rest[0])));
    expectThat(asked <= concurrency, `claims for at most ${concurrency} jobs`, asked);
    const given = world.wire.given();
    expectEqual("jobs given", given.length, count);
    // A handler runs for at least `ms`: whoever gets more jobs than slots within that time runs more at once.
    const windowMs = ms - 20;
    const atOnce = given.map(
      (from) =>
        given.filter(({ repliedAtMs }) => {
          const laterMs = repliedAtMs - from.repliedAtMs;
          return laterMs >= 0 && laterMs < windowMs;
        }).length,
    );
    expectEqual("most jobs at once", Math.max(...atOnce), concurrency);
  }),

  defineScenario("work: a kind that it does not have is never claimed", {}, async (world) => {
    const { engine } = world;
    await world.enqueue("other", "kind-of-others", {});
    await world.startIdle();
    await world.enqueue("a", "echo", 1);
    await world.results(1);
    expectEqual("state of the other job", await engine.stateOf("other"), "ready");
    const named = new Set(world.wire.claims().flatMap(({ rest }) => rest.slice(1)));
    expectEqual("kinds that it claimed", [...named].sort(), kinds);
  }),

  defineScenario("work: waits while too many results are pending", { highWater: 1 }, async (world) => {
    const { engine, wire } = world;
    await world.startIdle({ concurrency: 1 });
    await world.enqueue("a", "echo", 1);
    const [first] = await world.results(1);
    await world.enqueue("b", "echo", 2);
    const busy = () =>
      wire.claims().filter(({ reply }) => Array.isArray(reply) && reply[0] === "busy").length;
    await world.until("a claim that is answered busy", () => busy() > 0);
    const before = wire.claims().length;
    const sinceMs = performance.now();
    await world.until("another claim", () => busy() >= 3);
    const seconds = (performance.now() - sinceMs) / 1_000;
    expectBetween("claims a second while busy", (wire.claims().length - before) / seconds, 0, 4);
    await engine.call("je_ack", first?.id ?? "", "a", 1);
    await world.until("the job after the results were read", async () =>
      (await engine.settled()).some(({ job }) => job === "b"),
    );
  }),

  defineScenario("work: a settle call stays within the limits of bytes and items", {}, async (world) => {
    const payload = JSON.stringify({ bytes: 60_000 });
    await world.engine.enqueue(
      Array.from({ length: 40 }, (_, i) => ({ job: `j${i}`, kind: "large", payload })),
    );
    world.start({ concurrency: 40 });
    await world.results(40, 40_000);
    const settles = world.wire.calls("je_settle");
    const most = Math.max(...settles.map(({ rest }) => bytesOf(rest)));
    expectThat(most <= 1_000_000, "at most 1,000,000 bytes of outcomes in a settle call", most);
    const items = Math.max(...settles.map(({ rest }) => rest.length / 4));
    expectThat(items <= 1_000, "at most 1,000 outcomes in a settle call", items);
    world.note(`${settles.length} settles, the largest ${Math.round(most / 1_000)} kB`);
  }),

  defineScenario("work: replies that grow at their end are understood", {}, async (world) => {
    const growing = new Set(["je_claim", "je_beat"]);
    world.link.meddle = ({ name, args }) =>
      name === "FCALL" && growing.has(args[0] ?? "") ? { grow: true } : undefined;
    await world.startIdle();
    await world.enqueue("a", "echo", 1);
    expectPart("a result", (await world.results(1))[0], { stale: "0", outcome: { status: "succeeded" } });
  }),
];
