import { createHash, randomBytes } from "node:crypto";
import { Redis } from "ioredis";
import { type RegisteredWorker, startCallRoutes } from "./call-routes.ts";
import { type HttpSide, newWorkerId, startHttpSide } from "./http-side.ts";
import { installLibrary } from "./library.ts";
import { type Settled, toSettled } from "./results.ts";
import { until } from "./until.ts";
import { allowWorkerUser } from "./worker-user.ts";

export interface EngineOptions {
  /** Where Valkey is, with the credentials of a user that may administer it. */
  readonly valkeyUrl: string;
  /** The address that workers are told; default `valkeyUrl`, whose credentials they must ignore. */
  readonly valkeyUrlForWorkers?: string;
  readonly leaseMs?: number;
  readonly beatMs?: number;
  readonly highWater?: number;
}

/** A job to enqueue; what is left out has a plain value. */
export interface JobToDo {
  readonly job: string;
  readonly attempt?: number;
  readonly kind?: string;
  /** Text, sent as it is. */
  readonly payload?: string;
  readonly wallClockMs?: number;
  readonly run?: string;
  /** Its concurrency key. */
  readonly key?: string;
}

/**
 * The engine as a worker meets it: a real Valkey with the real functions, and an HTTP server that answers
 * register and artifacts as PROTOCOL.md says, and the calls of the HTTPS transport by the engine's own routes. Each has
 * a queue and a worker key of its own, so any number of them share a server.
 */
export interface Engine extends AsyncDisposable {
  readonly valkey: Redis;
  readonly keyPrefix: string;
  /** The current epoch; empty before `open`. */
  readonly epoch: string;
  readonly workerKey: string;
  /** The worker's user in Valkey. */
  readonly userName: string;
  readonly secret: string;
  readonly http: HttpSide;
  /** Fields that replace or join those of the next registration answers. */
  registrationExtras: Record<string, unknown>;
  /** Calls a function of the engine in the current epoch. */
  call(name: string, ...args: readonly (string | number)[]): Promise<unknown>;
  /** Opens the queue in a new epoch. */
  open(): Promise<void>;
  /** What the engine does after it lost the server's data: functions first, then a new epoch. */
  rebuild(): Promise<void>;
  enqueue(jobs: readonly JobToDo[]): Promise<string[]>;
  /** All results that lie on the stream. */
  settled(): Promise<Settled[]>;
  /** Waits until so many results lie on the stream and answers them all. */
  results(count: number, limitMs?: number): Promise<Settled[]>;
  /** Where the queue holds the job, in the words of `je_known`. */
  stateOf(job: string, attempt?: number): Promise<string>;
  untilIdle(count?: number, limitMs?: number): Promise<void>;
}

export async function startEngine(options: EngineOptions): Promise<Engine> {
  const { valkeyUrl, leaseMs = 60_000, beatMs = 15_000, highWater = 10_000 } = options;
  const valkey = new Redis(valkeyUrl, { maxRetriesPerRequest: 0 });
  valkey.on("error", () => {}); // A server that a scenario takes away; commands reject by themselves.
  const queue = `sdk-${randomBytes(6).toString("hex")}`;
  const keyPrefix = `{je:${queue}}:`;
  const [keyId, secret] = [randomBytes(8).toString("hex"), randomBytes(32).toString("hex")];
  const [workerKey, userName] = [`wk_${keyId}_${secret}`, `wk_${keyId}`];
  let epoch = "";

  const workers = new Map<string, RegisteredWorker>();
  const register = async ({ transport, kinds, concurrency }: Record<string, unknown>) => {
    const workerId = newWorkerId();
    workers.set(workerId, { keyId, kinds: kinds as string[], concurrency: Number(concurrency) });
    const isHttps = transport === "https";
    if (!isHttps) await allowWorkerUser(valkey, { name: userName, secret, keyPrefix });
    const url = options.valkeyUrlForWorkers ?? valkeyUrl;
    const way = isHttps
      ? { https: { path: "/api/v1/worker", waitSeconds: 30, fieldOfALaterVersion: true } }
      : { keyPrefix, valkey: { url, username: userName, fieldOfALaterVersion: true } };
    return {
      workerId,
      queue,
      epoch,
      transport: isHttps ? "https" : "valkey",
      transports: ["valkey", "https"],
      ...way,
      leaseSeconds: leaseMs / 1_000,
      beatSeconds: beatMs / 1_000,
      protocolVersion: 1,
      fieldOfALaterVersion: { isIgnored: true },
      ...engine.registrationExtras,
    };
  };
  const secretSha256 = createHash("sha256").update(secret).digest("hex");
  const routes = await startCallRoutes({ valkeyUrl, keyPrefix, keyId, secretSha256, workers });
  const http = await startHttpSide({ workerKey, register, callsUrl: routes.url });

  const engine: Engine = {
    valkey,
    keyPrefix,
    workerKey,
    userName,
    secret,
    http,
    registrationExtras: {},
    get epoch() {
      return epoch;
    },
    call: async (name, ...args) => await valkey.fcall(name, 1, keyPrefix, epoch, ...args),
    async open() {
      epoch = `ep_${randomBytes(6).toString("hex")}`;
      await engine.call("je_open", "leaseMs", leaseMs, "beatMs", beatMs, "highWater", highWater);
    },
    async rebuild() {
      await installLibrary(valkey);
      await engine.call("je_close", 1);
      await engine.open();
    },
    async enqueue(jobs) {
      const args = jobs.flatMap(
        ({
          job,
          attempt = 1,
          kind = "scan",
          payload = "{}",
          wallClockMs = 60_000,
          run = "run_1",
          key = "",
        }) => [job, attempt, kind, "scheduled", "acme", run, wallClockMs, 0, key, payload],
      );
      return (await engine.call("je_enqueue", ...args)) as string[];
    },
    async settled() {
      return (await valkey.xrange(`${keyPrefix}results`, "-", "+")).map(toSettled);
    },
    async results(count, limitMs) {
      await until(async () => (await valkey.xlen(`${keyPrefix}results`)) >= count, limitMs);
      return await engine.settled();
    },
    async stateOf(job, attempt = 1) {
      return ((await engine.call("je_known", job, attempt)) as string[])[0] ?? "";
    },
    async untilIdle(count = 1, limitMs) {
      await until(async () => (await valkey.zcard(`${keyPrefix}idle`)) >= count, limitMs);
    },
    async [Symbol.asyncDispose]() {
      clearInterval(ticker);
      await http.close();
      await routes.close();
      await cleanUp(valkey, userName, keyPrefix).catch(() => {});
      valkey.disconnect();
    },
  };
  await installLibrary(valkey);
  await engine.open();
  // The engine's part: promote, expire, repair wakes that went to workers that are gone.
  const ticker = setInterval(() => void engine.call("je_tick").catch(() => {}), 100);
  return engine;
}

async function cleanUp(valkey: Redis, userName: string, keyPrefix: string): Promise<void> {
  await valkey.call("ACL", "DELUSER", userName);
  let cursor = "0";
  do {
    const [next, keys] = await valkey.scan(cursor, "MATCH", `${keyPrefix}*`, "COUNT", 1_000);
    if (keys.length > 0) await valkey.unlink(...keys);
    cursor = next;
  } while (cursor !== "0");
}
