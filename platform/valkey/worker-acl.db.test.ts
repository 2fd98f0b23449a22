import { createHash, randomBytes } from "node:crypto";
import { Redis } from "ioredis";
import { allowWorkerUser } from "../../sdks/conformance/engine/worker-user.ts";
import { createRawWorker } from "./testing/raw-worker.ts";
import { aJob, openTestQueue, type TestQueue } from "./testing/test-queue.ts";
import { createWorkerUser, deleteWorkerUsers } from "./worker-acl.ts";

/** A test queue with a worker's own connection to it. */
async function openAsWorker() {
  const t = await openTestQueue();
  const keyId = randomBytes(8).toString("hex");
  const secret = randomBytes(32).toString("hex");
  const secretSha256 = createHash("sha256").update(secret).digest("hex");
  await createWorkerUser(t.valkey, { keyId, secretSha256, queue: t.queue.queue });
  const { host, port } = t.valkey.options;
  const own = new Redis({
    host: host ?? "127.0.0.1",
    port: port ?? 6379,
    username: `wk_${keyId}`,
    password: secret,
    enableReadyCheck: false,
    lazyConnect: true,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  own.on("error", () => {});
  await own.connect();
  return {
    t,
    own,
    keyId,
    worker: createRawWorker(own, t.queue.keyPrefix, () => t.queue.epoch ?? "", "w1"),
    async [Symbol.asyncDispose]() {
      if (own.status !== "end") own.disconnect(); // on an ended client it would hold the process for 2 s
      await deleteWorkerUsers(t.valkey, [keyId]);
      await t[Symbol.asyncDispose]();
    },
  };
}

test("the user of a worker key can wait, claim, beat, settle, release and leave", async () => {
  await using as = await openAsWorker();
  const { t, own, worker } = as;
  expect(await worker.claim(2)).toMatchObject({ word: "ok", jobs: [] });
  const woken = own.blpop(worker.wakeKey, 5);
  await t.queue.enqueue([aJob("a"), aJob("b")]);
  expect(await woken).toEqual([worker.wakeKey, "1"]);
  const { jobs } = await worker.claim(2, ["scan", "graph"]);
  await t.worker("idle").claim(1); // so that the release has someone to wake
  expect((await worker.beat(jobs, '{"done":1}')).jobs).toEqual(["continue", "continue"]);
  expect(await worker.settle(jobs.slice(0, 1))).toEqual(["accepted"]);
  expect(await worker.release(jobs.slice(1))).toEqual(["released"]);
  expect(await worker.leave()).toBe(1);
});

test("the conformance suite gives a worker's user the same rights", async () => {
  await using as = await openAsWorker();
  const name = `wk_${as.keyId}`;
  const rights = async () =>
    String(await as.t.valkey.call("ACL", "GETUSER", name))
      .split(",")
      .sort();
  const given = await rights();
  await allowWorkerUser(as.t.valkey, { name, secret: "another", keyPrefix: as.t.queue.keyPrefix });
  const isPassword = /^[0-9a-f]{64}$/;
  const changed = (await rights()).filter((word) => !given.includes(word) && !isPassword.test(word));
  const missing = given.filter((word) => !isPassword.test(word));
  expect(changed).toEqual([]);
  expect(await rights()).toEqual(expect.arrayContaining(missing));
});

test.each([
  ["another queue", (own: Redis) => own.hmget("{je:other}:jobs", "a")],
  ["a key outside any queue", (own: Redis) => own.get("secret")],
  ["opening", (own: Redis, t: TestQueue) => own.fcall("je_open", 1, t.queue.keyPrefix, "ep_x")],
  ["closing", (own: Redis, t: TestQueue) => own.fcall("je_close", 1, t.queue.keyPrefix, t.queue.epoch ?? "")],
  [
    "enqueue",
    (own: Redis, t: TestQueue) => own.fcall("je_enqueue", 1, t.queue.keyPrefix, t.queue.epoch ?? ""),
  ],
  ["tick", (own: Redis, t: TestQueue) => own.fcall("je_tick", 1, t.queue.keyPrefix, t.queue.epoch ?? "")],
  ["cancel", (own: Redis, t: TestQueue) => own.fcall("je_cancel", 1, t.queue.keyPrefix, t.queue.epoch ?? "")],
  ["another epoch", (own: Redis, t: TestQueue) => own.hset(`${t.queue.keyPrefix}config`, "leaseMs", "1")],
  ["removing the epoch", (own: Redis, t: TestQueue) => own.pexpire(`${t.queue.keyPrefix}epoch`, 1)],
  ["lifting a cancellation", (own: Redis, t: TestQueue) => own.pexpire(`${t.queue.keyPrefix}tomb:run_1`, 1)],
  ["DEL", (own: Redis, t: TestQueue) => own.del(`${t.queue.keyPrefix}jobs`)],
  ["reading results", (own: Redis, t: TestQueue) => own.xrange(`${t.queue.keyPrefix}results`, "-", "+")],
  ["FLUSHALL", (own: Redis) => own.flushall()],
  ["KEYS", (own: Redis) => own.keys("*")],
  ["SCAN", (own: Redis) => own.scan("0")],
  ["RANDOMKEY", (own: Redis) => own.randomkey()],
  ["DBSIZE", (own: Redis) => own.dbsize()],
  ["CONFIG", (own: Redis) => own.config("GET", "*")],
  ["ACL", (own: Redis) => own.call("ACL", "LIST")],
  ["EVAL", (own: Redis) => own.eval("return 1", 0)],
  ["FUNCTION", (own: Redis) => own.call("FUNCTION", "LIST")],
  ["PUBLISH", (own: Redis) => own.publish("x", "y")],
  ["CLIENT LIST", (own: Redis) => own.client("LIST")],
])("the user of a worker key is refused %s", async (_what, attempt) => {
  await using as = await openAsWorker();
  await expect(attempt(as.own, as.t)).rejects.toThrow(/^NOPERM/);
});

test("a revoked key loses its connections and its user", async () => {
  await using as = await openAsWorker();
  const ended = new Promise<void>((resolve) => {
    as.own.once("end", resolve);
  });
  await deleteWorkerUsers(as.t.valkey, [as.keyId]);
  await ended;
  expect(await as.t.valkey.call("ACL", "GETUSER", `wk_${as.keyId}`)).toBeNull();
});
