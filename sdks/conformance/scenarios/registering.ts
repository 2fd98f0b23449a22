import { expectBetween, expectEqual, expectPart, expectThat } from "../runner/expect.ts";
import { defineScenario, type World } from "../runner/scenario.ts";

/** The kinds of the conformance worker: WORKER.md. */
export const kinds = ["artifact", "echo", "fail", "incomplete", "large", "sleep", "stubborn"];

const toRegister = "/worker/register";

/** The waits between the requests to the register route. */
function waitsMs({ engine }: World): number[] {
  const times = engine.http.requestsTo(toRegister).map(({ atMs }) => atMs);
  return times.slice(1).map((atMs, i) => atMs - (times[i] ?? 0));
}

async function expectRefusal(world: World, what: string): Promise<void> {
  const worker = world.start();
  await world.until(`an end of the worker after ${what}`, () => worker.exit !== undefined);
  const exit = await worker.exited;
  expectThat(exit.code !== null && exit.code !== 0, `an exit code that is not 0 after ${what}`, exit);
  expectEqual("registrations asked for", world.engine.http.requestsTo(toRegister).length, 1);
}

const finalStatuses = [400, 401, 403, 404, 422].map((status) =>
  defineScenario(`register: ${status} ends the worker with a code that is not 0`, {}, async (world) => {
    world.engine.http.always = { status, body: { detail: "as the scenario wants it" } };
    await expectRefusal(world, `a ${status}`);
  }),
);

export const registering = [
  defineScenario("register: says what it is and how it wants to reach the queue", {}, async (world) => {
    const { engine } = world;
    await world.startIdle({ concurrency: 3 });
    const [said = {}] = engine.http.registrations;
    expectThat(
      Array.isArray(said["protocolVersions"]) && said["protocolVersions"].includes(1),
      "protocolVersions with 1 in it",
      said,
    );
    expectEqual("kinds", [...((said["kinds"] as string[] | undefined) ?? [])].sort(), kinds);
    expectPart("an introduction", said, { concurrency: 3 });
    expectEqual("transport", said["transport"] ?? "valkey", world.transport);
    const sdk = (said["sdk"] ?? {}) as Record<string, unknown>;
    const isNamed = [sdk["language"], sdk["version"]].every(
      (text) => typeof text === "string" && text !== "",
    );
    expectThat(isNamed, "sdk with language and version", said);
    const [request] = engine.http.requestsTo(toRegister);
    expectEqual("method", request?.method, "POST");
    const type = String(request?.headers["content-type"]);
    expectThat(type.startsWith("application/json"), "content-type application/json", type);
    world.note(`${String(sdk["language"])} ${String(sdk["version"])}`);
  }),

  defineScenario(
    "register: ignores the credentials of the queue's address",
    { only: "valkey" },
    async (world) => {
      const url = `redis://default:not-the-password@127.0.0.1:${world.link.port}`;
      world.engine.registrationExtras = { valkey: { url, username: world.engine.userName } };
      await world.startIdle();
      await world.enqueue("a", "echo", 1);
      expectPart("a result", (await world.results(1))[0], { stale: "0", outcome: { status: "succeeded" } });
      const users = String(await world.engine.valkey.client("LIST")).split("\n");
      const own = users.filter((line) => line.includes(` user=${world.engine.userName} `));
      expectBetween("connections of the worker's own user", own.length, 1, 10);
    },
  ),

  defineScenario(
    "register: tries again after 503, broken connections and unreadable answers",
    {},
    async (world) => {
      world.engine.http.answers.push(
        { status: 503 },
        { status: 0 },
        { status: 200, body: "<html>not this</html>" },
        { status: 500 },
      );
      await world.startIdle();
      const waits = waitsMs(world);
      expectEqual("requests to register", waits.length, 4);
      expectThat(Math.min(...waits) >= 50, "waits of at least 50 ms between tries", waits.map(Math.round));
      world.note(`waits ${waits.map(Math.round).join(", ")} ms`);
    },
  ),

  defineScenario("register: honours Retry-After", {}, async (world) => {
    world.engine.http.answers.push(
      { status: 503, headers: { "retry-after": "2" } },
      { status: 429, headers: { "retry-after": "1" } },
    );
    await world.startIdle();
    const [first = 0, second = 0] = waitsMs(world);
    expectBetween("wait in ms after Retry-After: 2", first, 1_950, 8_000);
    expectBetween("wait in ms after Retry-After: 1", second, 950, 8_000);
  }),

  defineScenario("register: another protocol version ends the worker", {}, async (world) => {
    world.engine.registrationExtras = { protocolVersion: 2 };
    await expectRefusal(world, "protocol version 2");
  }),

  ...finalStatuses,
];
