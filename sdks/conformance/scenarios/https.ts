import { setTimeout as sleep } from "node:timers/promises";
import { expectBetween, expectEqual, expectPart, expectThat } from "../runner/expect.ts";
import { defineScenario, type World } from "../runner/scenario.ts";
import { expectSecondLife, registersAgain, withJobInHand } from "./losing.ts";

const over = { only: "https" } as const;
const short = { ...over, leaseMs: 2_000, beatMs: 300 };

/** Refuses every call until the worker has registered once more. */
function refuseUntilRegistered({ engine, link }: World, error: string): void {
  const before = engine.http.registrations.length;
  link.meddle = () => (engine.http.registrations.length > before ? undefined : { refuse: error });
}

async function expectDone(world: World, job: string): Promise<void> {
  const results = await world.results(1);
  const done = results.find((result) => result.job === job);
  expectPart(`an outcome of ${job}`, done, { stale: "0", outcome: { status: "succeeded" } });
}

/** What ends a registration, as the engine says it over HTTPS. */
const endings = [
  ["401, the key is not accepted", "NOAUTH"],
  ["403", "NOPERM"],
  ["409, another epoch", "WRONG_EPOCH"],
] as const;

/** Answers that come from something on the way. */
const strange = [
  ["no JSON", { status: 200, headers: { "content-type": "text/html" }, body: "<html>not this</html>" }],
  ["500", { status: 500, body: { detail: "as the scenario wants it" } }],
  ["502", { status: 502, body: "<html>Bad Gateway</html>" }],
  ["504", { status: 504, body: "" }],
  ["429", { status: 429, headers: { "retry-after": "1" } }],
  ["no answer at all", { status: 0 }],
] as const;

export const https = [
  ...endings.map(([what, error]) =>
    defineScenario(`https: ${what} in the middle of a job, it registers again`, short, async (world) => {
      await withJobInHand(world);
      refuseUntilRegistered(world, error);
      await registersAgain(world);
      await expectSecondLife(world);
    }),
  ),

  defineScenario("https: the engine forgot the worker (404), it registers again", short, async (world) => {
    await withJobInHand(world);
    world.engine.http.answers.push({ status: 404, to: "/worker/beat", body: { code: "not_found" } });
    await registersAgain(world);
    await expectSecondLife(world);
  }),

  defineScenario("https: a revoked key ends the worker with a code that is not 0", short, async (world) => {
    const worker = await world.startIdle();
    world.engine.http.always = { status: 401, body: { detail: "revoked" } };
    await world.until("an end of the worker", () => worker.exit !== undefined);
    expectThat(worker.exit?.code !== 0, "an exit code that is not 0", worker.exit);
  }),

  ...strange.flatMap(([what, answer]) =>
    ["claim", "beat", "settle"].map((call) =>
      defineScenario(`https: ${what} to a ${call} is tried again`, short, async (world) => {
        await world.startIdle();
        world.engine.http.answers.push({ ...answer, to: `/worker/${call}` });
        await world.enqueue("a", "sleep", { ms: 900 });
        await expectDone(world, "a");
        await world.until("the answer used", () => world.engine.http.answers.length === 0);
        expectEqual("registrations", world.engine.http.registrations.length, 1);
      }),
    ),
  ),

  defineScenario("https: honours Retry-After of a settle", { ...over }, async (world) => {
    await world.startIdle();
    world.engine.http.answers.push({ status: 503, headers: { "retry-after": "2" }, to: "/worker/settle" });
    await world.enqueue("a", "echo", 1);
    await expectDone(world, "a");
    const [first, second] = world.engine.http.requestsTo("/worker/settle");
    expectBetween("ms to the second settle", (second?.atMs ?? 0) - (first?.atMs ?? 0), 1_900, 8_000);
  }),

  defineScenario("https: shows its key with every call, and follows no redirect", short, async (world) => {
    const { engine } = world;
    await world.startIdle();
    engine.http.answers.push({
      status: 307,
      headers: { location: `${engine.http.apiUrl}/elsewhere` },
      to: "/worker/beat",
    });
    await world.enqueue("a", "sleep", { ms: 1_200 });
    await expectDone(world, "a");
    const keys = new Set(engine.http.requestsTo("/worker/").map(({ headers }) => headers.authorization));
    expectEqual("keys shown", [...keys], [`Bearer ${engine.workerKey}`]);
    expectEqual("requests that followed", engine.http.requestsTo("/elsewhere").length, 0);
  }),

  defineScenario("https: a job that is given while it stops is done or given back", short, async (world) => {
    for (let i = 0; i < 5; i++) {
      const worker = await world.startIdle();
      const given = world.enqueue(`j${i}`, "echo", i);
      if (i % 2 === 0) await given;
      worker.terminate();
      await given;
      await world.until("an end of the worker", () => worker.exit !== undefined);
      const state = await world.engine.stateOf(`j${i}`);
      expectThat(["ready", "settled"].includes(state), "a job that is ready or settled", state);
      // What was given back is done by the next worker.
    }
    world.start();
    const results = await world.results(5);
    const crashes = results.filter(({ reason }) => reason === "lease_expired");
    expectEqual("jobs that ended as crashes", crashes.length, 0);
  }),

  defineScenario(
    "https: many slots, results of any text, in calls within the limits",
    { ...over },
    async (world) => {
      const { engine, wire } = world;
      // Quotes and controls grow when a text is written into JSON.
      const payload = JSON.stringify({ text: '"\\\u0001ü'.repeat(150) });
      await engine.enqueue(Array.from({ length: 200 }, (_, i) => ({ job: `j${i}`, kind: "echo", payload })));
      world.start({ concurrency: 100 });
      const results = await world.results(200, 40_000);
      expectEqual("results", new Set(results.map(({ job }) => job)).size, 200);
      const returned = results.map(({ outcome }) => (outcome["result"] as { payload: unknown }).payload);
      expectEqual(
        "payloads that came back",
        new Set(returned.map((one) => JSON.stringify(one))),
        new Set([payload]),
      );
      const largest = Math.max(...engine.http.requestsTo("/worker/settle").map(({ bytes }) => bytes.length));
      expectBetween("bytes of the largest settle", largest, 1, 1_000_000);
      world.note(`${wire.calls("je_settle").length} settles, the largest ${Math.round(largest / 1_000)} kB`);
    },
  ),

  defineScenario(
    "https: an idle worker waits in one request, renewed without a pause",
    short,
    async (world) => {
      const { wire } = world;
      await world.startIdle();
      await sleep(1_500);
      const waiting = wire.claims().filter(({ waits }) => waits);
      expectThat(waiting.length >= 1, "a claim that waits", waiting.length);
      expectEqual(
        "claims that were not answered",
        waiting.filter(({ reply }) => reply === undefined).length,
        1,
      );
    },
  ),

  defineScenario(
    "https: a job that came after a wait longer than a lease is done at once",
    short,
    async (world) => {
      await world.startIdle();
      await sleep(3_000);
      await world.enqueue("a", "echo", 1);
      await expectDone(world, "a");
      expectEqual("attempts settled", (await world.engine.settled()).length, 1);
    },
  ),
];
