import { createHash } from "node:crypto";
import type { Settled } from "../engine/results.ts";
import { expectBetween, expectEqual, expectPart, expectThat } from "../runner/expect.ts";
import { defineScenario, type World } from "../runner/scenario.ts";

/** What a failing handler says, and the `error` that PROTOCOL.md makes of it. */
const failures = [
  { error: "transient", becomes: { class: "transient" } },
  {
    error: "permanent",
    code: "NO_SUCH",
    becomes: { class: "permanent", message: "as told", code: "NO_SUCH" },
  },
  {
    error: "retry_after",
    code: "HTTP_429",
    retryAfterSeconds: 30,
    becomes: { class: "rate_limited", message: "as told", code: "HTTP_429", retryAfterSeconds: 30 },
  },
  {
    error: "dependency_down",
    code: "DB_AWAY",
    becomes: { class: "dependency_down", message: "as told", code: "DB_AWAY" },
  },
  { error: "input_invalid", becomes: { class: "input_invalid", message: "as told" } },
  { error: "panic", becomes: { class: "transient" } },
] as const;

async function only(world: World): Promise<Settled> {
  const [result] = await world.results(1);
  if (result === undefined) throw new Error("The stream is empty.");
  return result;
}

function errorOf({ outcome }: Settled): Record<string, unknown> {
  return (outcome["error"] ?? {}) as Record<string, unknown>;
}

/** The worker still lives and works after what happened. */
async function expectGoesOn(world: World, resultsBefore: number): Promise<void> {
  await world.enqueue("afterwards", "echo", 1);
  const results = await world.results(resultsBefore + 1);
  const last = results.find(({ job }) => job === "afterwards");
  expectPart("the next job", last, { stale: "0", outcome: { status: "succeeded" } });
}

const failing = failures.map(({ becomes, ...told }) =>
  defineScenario(`outcome: a handler's ${told.error} is failed: ${becomes.class}`, {}, async (world) => {
    await world.startIdle();
    await world.enqueue("a", "fail", { message: "as told", ...told });
    const result = await only(world);
    expectPart("an outcome", result, { stale: "0", outcome: { status: "failed", error: becomes } });
    const { message } = errorOf(result);
    expectThat(typeof message === "string" && message !== "", "a message", message);
    if (told.error === "transient")
      expectThat(message.includes("as told"), "the error's own message", message);
    await expectGoesOn(world, 1);
    expectEqual("registrations", world.engine.http.registrations.length, 1);
  }),
);

const large = [70_000, 65_530].map((bytes) =>
  defineScenario(
    `outcome: a result of ${bytes.toLocaleString("en")} bytes goes by reference`,
    {},
    async (world) => {
      await world.startIdle();
      await world.enqueue("a", "large", { bytes });
      const result = await only(world);
      expectPart("an outcome", result, { stale: "0", outcome: { status: "succeeded" } });
      const path = "/api/v1/worker/jobs/a/artifacts/result.json";
      const stored = world.engine.http.artifacts.get(path);
      if (stored === undefined) {
        expectThat(false, `an artifact at ${path}`, [...world.engine.http.artifacts.keys()]);
        return;
      }
      expectEqual("the artifact", JSON.parse(stored.bytes.toString()), { text: "x".repeat(bytes) });
      expectThat(!("result" in result.outcome), "no result beside resultRef", Object.keys(result.outcome));
      const digest = createHash("sha256").update(stored.bytes).digest();
      expectPart("a reference", result.outcome["resultRef"], {
        name: "result.json",
        digest: `sha256:${digest.toString("hex")}`,
        bytes: stored.bytes.length,
      });
      expectStored(world, path, "a");
    },
  ),
);

function expectStored(world: World, path: string, job: string): void {
  const stored = world.engine.http.artifacts.get(path);
  const digest = createHash("sha256")
    .update(stored?.bytes ?? "")
    .digest("base64");
  expectEqual("Content-Digest", stored?.digest, `sha-256=:${digest}:`);
  const query = new URLSearchParams(stored?.query);
  const lease = world.wire.given().find((given) => given.job === job)?.lease;
  expectEqual("query", [query.get("attempt"), query.get("lease")], ["1", String(lease)]);
}

export const outcomes = [
  ...failing,

  defineScenario("outcome: a long message is cut to 1,024 characters", {}, async (world) => {
    await world.startIdle();
    const message = "x".repeat(800) + "ü😀".repeat(150);
    await world.enqueue("a", "fail", { error: "permanent", message, code: "c".repeat(200) });
    const { message: cut, code } = errorOf(await only(world));
    expectThat(typeof cut === "string" && cut.startsWith("xxxxxxxx"), "the beginning of the message", cut);
    expectBetween("characters of the message", cut.length, 100, 1_024);
    expectThat(!/[\uD800-\uDFFF\uFFFD]$/u.test(cut), "no half a character at the end", cut.slice(-4));
    const isShort = typeof code === "string" && code.length <= 128;
    expectThat(code === undefined || isShort, "a code of at most 128 characters", code);
  }),

  defineScenario("outcome: a payload that is not JSON is failed: input_invalid", {}, async (world) => {
    await world.startIdle();
    const texts = ["{", "", "{'a':1}", "NaN", "[1,]"];
    await world.engine.enqueue(texts.map((payload, i) => ({ job: `j${i}`, kind: "echo", payload })));
    const results = await world.results(texts.length);
    for (const [i, text] of texts.entries()) {
      const result = results.find(({ job }) => job === `j${i}`);
      const outcome = { status: "failed", error: { class: "input_invalid" } };
      expectPart(`for the payload ${JSON.stringify(text)} an outcome`, result, { stale: "0", outcome });
    }
    await expectGoesOn(world, texts.length);
  }),

  defineScenario("outcome: incomplete with its reason", {}, async (world) => {
    await world.startIdle();
    await world.enqueue("a", "incomplete", { reason: "no_sbom" });
    expectPart("a result", await only(world), {
      stale: "0",
      outcome: { status: "incomplete", reason: "no_sbom" },
    });
  }),

  ...large,

  defineScenario("outcome: a result that cannot be stored fails that job only", {}, async (world) => {
    world.engine.http.answers.push({ status: 409, body: { detail: "closed" }, to: "/artifacts/" });
    await world.startIdle();
    await world.enqueue("a", "large", { bytes: 70_000 });
    expectPart("a result", await only(world), { stale: "0", outcome: { status: "failed" } });
    await expectGoesOn(world, 1);
  }),

  defineScenario(
    "artifact: is stored with its digest for its lease, again after a 503",
    {},
    async (world) => {
      world.engine.http.answers.push({ status: 503, to: "/artifacts/" });
      await world.startIdle();
      const text = "Grüße\n".repeat(150);
      await world.enqueue("a", "artifact", { name: "note.txt", text });
      const { outcome } = await only(world);
      const path = "/api/v1/worker/jobs/a/artifacts/note.txt";
      expectEqual("the artifact", world.engine.http.artifacts.get(path)?.bytes.toString(), text);
      expectStored(world, path, "a");
      const digest = `sha256:${createHash("sha256").update(text).digest("hex")}`;
      const bytes = Buffer.byteLength(text);
      expectPart("an outcome", outcome, { status: "succeeded", result: { name: "note.txt", digest, bytes } });
    },
  ),
];
