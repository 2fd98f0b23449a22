import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { Redis } from "ioredis";
import { createWorker, type Handlers, type Worker, type WorkerOptions } from "../src/index.ts";

/** What the queue says about one settled attempt. */
export interface Settled {
  readonly job: string;
  readonly attempt: string;
  readonly stale: string;
  readonly reason: string;
  readonly outcome: Record<string, unknown>;
}

/**
 * The engine as a worker meets it: a real Valkey with the real functions, and an HTTP server that answers
 * register and artifacts. It imports nothing of the engine: it speaks what PROTOCOL.md says.
 */
export async function startTestEngine(settings: { leaseMs?: number; beatMs?: number } = {}) {
  const { leaseMs = 60_000, beatMs = 15_000 } = settings;
  const valkeyUrl = process.env["TEST_VALKEY_URL"] ?? "redis://127.0.0.1:6379";
  const valkey = new Redis(valkeyUrl, { maxRetriesPerRequest: 0 });
  const library = path.join(import.meta.dirname, "../../../platform/valkey/functions/jobengine.lua");
  await valkey.function("LOAD", "REPLACE", readFileSync(library, "utf8"));
  const queue = `sdk-${randomBytes(6).toString("hex")}`;
  const keyPrefix = `{je:${queue}}:`;
  const [keyId, secret] = [randomBytes(8).toString("hex"), randomBytes(32).toString("hex")];
  const artifacts = new Map<string, { bytes: Buffer; digest: string; query: string }>();
  const registrations: unknown[] = [];
  /** Statuses to answer with instead, one for each coming request. */
  const failures: number[] = [];
  let epoch = "";

  const call = async (name: string, ...args: (string | number)[]): Promise<unknown> =>
    await valkey.fcall(name, 1, keyPrefix, epoch, ...args);
  async function open(): Promise<void> {
    epoch = `ep_${randomBytes(6).toString("hex")}`;
    await call("je_open", "leaseMs", leaseMs, "beatMs", beatMs);
  }
  const allowUser = async () =>
    await valkey.call(
      "ACL",
      "SETUSER",
      `wk_${keyId}`,
      "reset",
      "on",
      `>${secret}`,
      `~${keyPrefix}*`,
      "+@all",
      "-@admin",
    );

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://test");
    const bytes = await readBody(request);
    const failure = failures.shift();
    if (failure !== undefined) {
      response.writeHead(failure).end(JSON.stringify({ detail: "as the test wants it" }));
    } else if (request.headers.authorization !== `Bearer wk_${keyId}_${secret}`) {
      response.writeHead(401).end();
    } else if (url.pathname === "/api/v1/worker/register") {
      registrations.push(JSON.parse(bytes.toString()));
      await allowUser();
      const workerId = `wrk_${randomBytes(6).toString("hex")}`;
      const valkeyAt = { url: valkeyUrl, username: `wk_${keyId}` };
      const times = { leaseSeconds: leaseMs / 1_000, beatSeconds: beatMs / 1_000 };
      const body = { workerId, queue, keyPrefix, epoch, valkey: valkeyAt, ...times, protocolVersion: 1 };
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
    } else if (request.method === "PUT" && url.pathname.includes("/artifacts/")) {
      const digest = String(request.headers["content-digest"]);
      artifacts.set(url.pathname, { bytes, digest, query: url.search });
      response.writeHead(201).end();
    } else {
      response
        .writeHead(200, { "content-type": "application/json" })
        .end(JSON.stringify({ path: url.pathname }));
    }
  }
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await open();
  // The engine's part: promote, expire, repair wakes that went to workers that are gone.
  const ticker = setInterval(() => void call("je_tick").catch(() => {}), 100);

  const workers: { worker: Worker; ended: Promise<void> }[] = [];
  return {
    valkey,
    keyPrefix,
    apiUrl,
    artifacts,
    registrations,
    failures,
    call,
    open,
    workerKey: `wk_${keyId}_${secret}`,
    userName: `wk_${keyId}`,
    async enqueue(
      jobs: readonly {
        job: string;
        attempt?: number;
        kind?: string;
        payload?: string;
        wallClockMs?: number;
      }[],
    ) {
      const args: (string | number)[] = [];
      for (const { job, attempt = 1, kind = "scan", payload = "{}", wallClockMs = 60_000 } of jobs) {
        args.push(job, attempt, kind, "scheduled", "acme", "run_1", wallClockMs, 0, payload);
      }
      return (await call("je_enqueue", ...args)) as string[];
    },
    /** Waits until so many results lie on the stream and answers them all. */
    async results(count: number): Promise<Settled[]> {
      const stream = `${keyPrefix}results`;
      await until(async () => (await valkey.xlen(stream)) >= count);
      return (await valkey.xrange(stream, "-", "+")).map(([, fields]) => toSettled(fields));
    },
    /** Starts a worker of the SDK against this engine; it is stopped with the engine at the latest. */
    work(kinds: Handlers, options: Partial<WorkerOptions> = {}) {
      const base = { apiUrl, workerKey: `wk_${keyId}_${secret}`, kinds, handleSignals: false, log: () => {} };
      const worker = createWorker({ ...base, ...options });
      const ended = worker.run();
      ended.catch(() => {});
      workers.push({ worker, ended });
      return { worker, ended };
    },
    async untilIdle(count = 1) {
      await until(async () => (await valkey.zcard(`${keyPrefix}idle`)) >= count);
    },
    async [Symbol.asyncDispose]() {
      clearInterval(ticker);
      for (const { worker } of workers) {
        worker.stop();
        worker.stop();
      }
      await Promise.allSettled(workers.map(async ({ ended }) => await ended));
      await valkey.call("ACL", "DELUSER", `wk_${keyId}`);
      await removeKeys(valkey, `${keyPrefix}*`);
      valkey.disconnect();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** Waits for a condition, ten seconds at most. */
export async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 10_000;
  while (!(await isTrue())) {
    if (Date.now() > end) throw new Error("The condition did not come true within 10 s.");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export function sha256Base64(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("base64");
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function toSettled(fields: string[]): Settled {
  const value = (name: string) => fields[fields.indexOf(name) + 1] ?? "";
  const outcome = JSON.parse(value("outcome") || "{}") as Record<string, unknown>;
  return {
    job: value("job"),
    attempt: value("attempt"),
    stale: value("stale"),
    reason: value("reason"),
    outcome,
  };
}

async function removeKeys(valkey: Redis, pattern: string): Promise<void> {
  let cursor = "0";
  do {
    const [next, keys] = await valkey.scan(cursor, "MATCH", pattern, "COUNT", 1_000);
    if (keys.length > 0) await valkey.unlink(...keys);
    cursor = next;
  } while (cursor !== "0");
}
