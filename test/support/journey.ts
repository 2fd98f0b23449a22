import { scopes } from "../../model/identity/scope.ts";
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { type StackDescription, startStack, stopStack } from "../../scripts/stack/stack.ts";

/** A whole stack of a test file's own, as `npm run up` starts it, with short leases. */
export interface Journey {
  readonly stack: StackDescription;
  /** PostgreSQL as the superuser: to look at rows of all tenants, and to hold locks. */
  readonly sql: pg.Client;
  /** Opens `sql` anew after PostgreSQL was away. */
  reconnect(): Promise<void>;
  /** Another scheduler-worker beside the stack's own, when it has said `line` or ended; the caller ends it. */
  startSecondSchedulerWorker(line?: string): Promise<ChildProcess>;
  /** One request as a caller with every scope; answers status and parsed body. */
  call(method: string, path: string, body?: unknown, more?: CallOptions): Promise<Answer>;
  /** The same, and the body; throws unless the status is 2xx. */
  ask<T = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    more?: CallOptions,
  ): Promise<T>;
  /** Ends a part with SIGKILL and waits until it is gone: `revive` takes a dying process for a living one. */
  kill(part: string): Promise<void>;
  /** Sends a signal to a part, such as `scheduler-worker` or `postgres`. */
  signal(part: string, signal: NodeJS.Signals): void;
  /** Starts whatever has died again, on the same ports, as `npm run up` does. */
  revive(): Promise<void>;
  stop(): Promise<void>;
}

export interface CallOptions {
  readonly tenant?: string;
  readonly scopes?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

const everyScope = scopes.join(" ");

const root = path.join(import.meta.dirname, "../..");

export async function startJourney(environment: Readonly<Record<string, string>> = {}): Promise<Journey> {
  await mkdir(path.join(root, ".jobengine-test"), { recursive: true });
  const dataDir = await mkdtemp(path.join(root, `.jobengine-test/${process.pid}-journey-`));
  const options = {
    dataDir,
    onLine: () => undefined,
    environment: { JOBENGINE_QUEUE_LEASE_SECONDS: "2", JOBENGINE_QUEUE_BEAT_SECONDS: "0.5", ...environment },
  };
  let stack: StackDescription = await startStack(options);
  let sql = await connect(stack);

  const journey: Journey = {
    get stack() {
      return stack;
    },
    get sql() {
      return sql;
    },
    async reconnect() {
      await sql.end().catch(() => undefined);
      sql = await connect(stack);
    },
    async startSecondSchedulerWorker(line = "Ready.") {
      const child = spawn(process.execPath, [path.join(root, "activities/main.ts")], {
        env: {
          ...process.env,
          ...environmentOf(stack.pids["scheduler-worker"] ?? 0),
          JOBENGINE_METRICS_PORT: "0",
        },
        stdio: ["ignore", "pipe", "ignore"],
      });
      for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
        if (String(chunk).includes(line)) break;
      }
      child.stdout.resume();
      return child;
    },
    async call(method, route, body, { tenant = "acme", scopes = everyScope, headers = {} } = {}) {
      const isRaw = typeof body === "string" || body instanceof Uint8Array;
      const response = await fetch(`${stack.schedulerUrl}${route}`, {
        method,
        headers: {
          "x-stellaops-tenant": tenant,
          "x-stellaops-actor": "journey",
          "x-stellaops-scopes": scopes,
          ...(body !== undefined && { "content-type": "application/json" }),
          ...headers,
        },
        ...(body !== undefined && { body: isRaw ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      const isJson = response.headers.get("content-type")?.includes("json") ?? false;
      const isOneDocument = isJson && !response.headers.get("content-type")?.includes("ndjson");
      return {
        status: response.status,
        headers: response.headers,
        body: isOneDocument ? JSON.parse(text) : text,
      };
    },
    async ask<T>(method: string, route: string, body?: unknown, more?: CallOptions): Promise<T> {
      const answer = await journey.call(method, route, body, more);
      if (answer.status >= 300) {
        throw new Error(`${method} ${route} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
      }
      return answer.body as T;
    },
    signal(part, signal) {
      const pid = stack.pids[part];
      if (pid === undefined) throw new Error(`There is no part ${part}.`);
      process.kill(pid, signal);
    },
    async kill(part) {
      journey.signal(part, "SIGKILL");
      const pid = stack.pids[part] ?? 0;
      await until(
        `${part} is gone`,
        async () => isRunning(pid),
        (running) => !running,
      );
    },
    async revive() {
      stack = await startStack(options);
    },
    async stop() {
      await sql.end().catch(() => undefined);
      await stopStack(options);
      if (process.env["KEEP_JOURNEY_DATA"] === undefined) await rm(dataDir, { recursive: true, force: true });
    },
  };
  return journey;
}

async function connect(stack: StackDescription): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: stack.postgresUrl });
  await client.connect();
  // PostgreSQL is killed in some tests, and this connection with it.
  client.on("error", () => undefined);
  return client;
}

/** The variables that a running process was started with (Linux). */
function environmentOf(pid: number): Record<string, string> {
  const entries = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").filter(Boolean);
  return Object.fromEntries(
    entries.map((entry) => [entry.slice(0, entry.indexOf("=")), entry.slice(entry.indexOf("=") + 1)]),
  );
}

/** False for a process that is gone, and for one that is dead and only not yet buried. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

/** Asks until the answer holds; fails with the last answer when it does not within the time. */
export async function until<T>(
  what: string,
  ask: () => Promise<T>,
  holds: (answer: T) => boolean,
  timeoutMs = 60_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (holds(answer)) return answer;
    if (Date.now() > deadline)
      throw new Error(`Not within ${timeoutMs} ms: ${what}. Last: ${JSON.stringify(answer)}`);
    await sleep(50);
  }
}
