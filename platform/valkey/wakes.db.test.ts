import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Redis } from "ioredis";
import { connectValkey } from "./connect.ts";
import { openTestQueue, type TestQueue } from "./testing/test-queue.ts";
import { createWakes, type WakeEnd, type Wakes } from "./wakes.ts";

const never = new AbortController().signal;
const longMs = 25_000;

const url = process.env["TEST_VALKEY_URL"] ?? "redis://127.0.0.1:6379";
let queue: TestQueue;
let valkey: Redis;
let name: string;
let wakes: Wakes;

beforeEach(async () => {
  queue = await openTestQueue();
  // A name of its own: other tests sleep on the same server.
  name = `wakes-${randomBytes(4).toString("hex")}`;
  valkey = await connectValkey({ url, name });
  wakes = createWakes({ valkey, onError: () => {}, listsPerConnection: 4 });
});
afterEach(async () => {
  wakes.end();
  valkey.disconnect();
  await queue[Symbol.asyncDispose]();
});

const keyOf = (worker: string) => `${queue.queue.keyPrefix}wake:${worker}`;
const push = async (worker: string) => await queue.valkey.rpush(keyOf(worker), "1");

function wait(worker: string, { timeoutMs = longMs, signal = never, by = wakes } = {}): Promise<WakeEnd> {
  return by.wait({ keyPrefix: queue.queue.keyPrefix, workerId: worker }, timeoutMs, signal);
}

/** The connections on which this test's sleeps are under way, as the server lists them. */
async function asleep(): Promise<string[]> {
  const clients = String(await queue.valkey.client("LIST")).split("\n");
  return clients.filter((line) => line.includes(` name=${name}-reader `) && line.includes(" cmd=blpop "));
}

async function until(isTrue: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await isTrue())) await sleep(5);
}

test("each worker is woken by its own list, whenever it came", async () => {
  const ends = new Map<string, WakeEnd>();
  const workers = Array.from({ length: 30 }, (_, i) => `w${i}`);
  for (const worker of workers) {
    void wait(worker).then((end) => ends.set(worker, end));
    if (Math.random() < 0.5) await sleep(Math.random() * 5);
  }
  const woken = workers.filter((_, i) => i % 3 === 0);
  await Promise.all(woken.map(push));
  await until(() => ends.size === woken.length);
  expect([...ends.keys()].toSorted()).toEqual(woken.toSorted());
  expect(new Set(ends.values())).toEqual(new Set(["woken"]));
});

test("a wake that came before the sleep ends it at once", async () => {
  await push("a");
  expect(await wait("a")).toBe("woken");
});

test("many sleeps share few connections", async () => {
  for (let i = 0; i < 20; i++) void wait(`w${i}`);
  await until(async () => (await asleep()).length >= 5);
  expect(await asleep()).toHaveLength(5);
});

test("a sleep ends with its time, its signal, a later sleep of the same worker, and with all of them", async () => {
  const leaving = new AbortController();
  const ends = [wait("a", { timeoutMs: 5 }), wait("b", { signal: leaving.signal }), wait("c"), wait("d")];
  const later = wait("c");
  leaving.abort();
  wakes.endWait({ keyPrefix: queue.queue.keyPrefix, workerId: "d" });
  expect(await Promise.all(ends)).toEqual(["over", "ended", "ended", "ended"]);
  await push("c");
  expect(await later).toBe("woken");
  const last = wait("e");
  wakes.end();
  expect([await last, await wait("f")]).toEqual(["ended", "ended"]);
});

test("a wake taken by the pop of a sleep that is over reaches the next one, here or at another replica", async () => {
  const replica = createWakes({ valkey, onError: () => {} });
  try {
    for (const by of [wakes, replica, wakes, replica]) {
      void wait("other"); // keeps a pop under way that still reads a's list
      expect(await wait("a", { timeoutMs: 20 })).toBe("over");
      const next = wait("a", { by });
      await push("a");
      expect(await next).toBe("woken");
    }
  } finally {
    replica.end();
  }
});

test("when its connection breaks a sleep ends soon, and the next one works", async () => {
  const broken = wait("a");
  await until(async () => (await asleep()).length > 0);
  for (const line of await asleep())
    await queue.valkey.client("KILL", "ID", /^id=(\d+)/.exec(line)?.[1] ?? "");
  expect(await broken).toBe("over");
  await until(async () => {
    const next = wait("a", { timeoutMs: 1_000 });
    await push("a");
    return (await next) === "woken";
  });
});
