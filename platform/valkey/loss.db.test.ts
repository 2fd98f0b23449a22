import { setTimeout as sleep } from "node:timers/promises";
import type { Redis } from "ioredis";
import { connectValkey } from "./connect.ts";
import { WrongEpochError } from "./errors.ts";
import type { JobQueue } from "./job-queue.ts";
import { checkServer } from "./server.ts";
import { startOwnServer } from "./testing/own-server.ts";
import { aJob, openTestQueue } from "./testing/test-queue.ts";

const read = { consumer: "test", count: 10, blockMs: 0 };

async function withServer(url: string, look: (valkey: Redis) => Promise<void>): Promise<void> {
  const valkey = await connectValkey({ url, name: "check" });
  await look(valkey).finally(() => valkey.disconnect());
}

async function untilAnswers(queue: JobQueue): Promise<void> {
  for (;;) {
    try {
      await queue.runId();
      return;
    } catch {
      await sleep(10);
    }
  }
}

test("FLUSHALL is seen by the next call and by a blocked reader, and a rebuild under a new epoch heals it", async () => {
  await using server = await startOwnServer();
  await using t = await openTestQueue({}, server.url);
  await t.queue.enqueue([aJob("a")]);
  const runId = await t.queue.runId();
  const blocked = t.queue.readResults({ ...read, blockMs: 10_000 });
  blocked.catch(() => {});
  await sleep(50);
  await t.valkey.flushall();
  await expect(blocked).rejects.toThrow(WrongEpochError);
  await expect(t.queue.enqueue([aJob("b")])).rejects.toThrow(WrongEpochError);
  await expect(t.queue.tick()).rejects.toThrow(WrongEpochError);
  await expect(t.queue.readResults(read)).rejects.toThrow(WrongEpochError);
  expect(await t.queue.runId()).toBe(runId);
  expect(await t.queue.close(t.queue.epoch ?? "")).toBeNull();
  expect(await t.queue.readResults(read)).toEqual([]);
  await t.queue.open("ep_next");
  expect(await t.queue.enqueue([aJob("a", { attempt: 2 })])).toEqual(["queued"]);
});

test("a restart is seen by run_id and by the next call; open installs the functions again", async () => {
  await using server = await startOwnServer();
  await using t = await openTestQueue({}, server.url);
  const before = await t.queue.runId();
  await server.restart();
  await untilAnswers(t.queue);
  expect(await t.queue.runId()).not.toBe(before);
  await expect(t.queue.enqueue([aJob("a")])).rejects.toThrow(WrongEpochError);
  await t.queue.open("ep_next");
  expect(await t.queue.enqueue([aJob("a")])).toEqual(["queued"]);
});

test("while the server is away every call fails at once as unavailable, also one that was under way", async () => {
  await using server = await startOwnServer();
  await using t = await openTestQueue({}, server.url);
  const blocked = t.queue.readResults({ ...read, blockMs: 10_000 });
  blocked.catch(() => {});
  await sleep(50);
  await server[Symbol.asyncDispose]();
  await expect(blocked).rejects.toMatchObject({ name: "DomainError", code: "unavailable" });
  await expect(t.queue.stats()).rejects.toMatchObject({ name: "DomainError", code: "unavailable" });
});

test("a server that may evict keys, or is out of memory, is told apart", async () => {
  await using evicting = await startOwnServer("--maxmemory", "50mb", "--maxmemory-policy", "allkeys-lru");
  await withServer(evicting.url, async (valkey) => {
    await expect(checkServer(valkey)).rejects.toThrow(
      /maxmemory-policy is allkeys-lru: set it to noeviction/,
    );
  });
  await using full = await startOwnServer("--maxmemory", "50mb", "--maxmemory-policy", "noeviction");
  await withServer(full.url, async (valkey) =>
    expect(await checkServer(valkey)).toEqual({ memoryBytes: 50 * 1_024 * 1_024 }),
  );
});

test("without memory nothing new is taken, but what is there can be settled and acknowledged", async () => {
  await using server = await startOwnServer("--maxmemory-policy", "noeviction");
  await using t = await openTestQueue({}, server.url);
  await t.queue.enqueue([aJob("a"), aJob("b")]);
  const { jobs } = await t.worker("w1").claim(1);
  await t.valkey.config("SET", "maxmemory", "1");
  await expect(t.queue.enqueue([aJob("c")])).rejects.toMatchObject({ code: "unavailable" });
  expect((await t.worker("w1").beat(jobs)).jobs).toEqual(["continue"]);
  expect(await t.worker("w1").settle(jobs)).toEqual(["accepted"]);
  const entries = await t.queue.readResults(read);
  await t.queue.acknowledge(entries);
  expect(entries).toHaveLength(1);
});
