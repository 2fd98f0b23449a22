import type { Handlers } from "./handler.ts";
import { type Log, logToStderr } from "./log.ts";
import { guardMetrics, type Metrics } from "./metrics.ts";
import { backoffMs, pause } from "./pause.ts";
import { QueueAway } from "./queue-errors.ts";
import { createEngineFetch, readAuthorities } from "./engine-fetch.ts";
import { register, RegistrationFailed, type Transport, WorkerRefused } from "./register.ts";
import { runSession } from "./session.ts";
import { createSlots } from "./slots.ts";
import { explained } from "./tls-trouble.ts";
import { passOn, type Tracing } from "./tracing.ts";
import { secretOf } from "./worker-key.ts";

export interface WorkerOptions {
  /** Where the engine's API listens, say `https://jobs.example.com`. */
  readonly apiUrl: string;
  /** `wk_<id>_<secret>`, as the engine minted it. */
  readonly workerKey: string;
  /**
   * How to reach the queue: `valkey` (default) by itself, `https` through the engine's API alone, for workers that
   * are not trusted with Valkey or cannot reach it.
   */
  readonly transport?: Transport;
  /** A PEM file of the authorities to trust for the API and for Valkey, instead of the system's. */
  readonly caFile?: string;
  /** A handler for each job kind that this worker takes. */
  readonly kinds: Handlers;
  /** Jobs at once, 1 to 1,000; default 4. */
  readonly concurrency?: number;
  /** Which build of the worker this is, shown to operators. */
  readonly build?: string;
  /** How long a draining worker lets its handlers finish before it gives their jobs back; default 20,000. */
  readonly drainGraceMs?: number;
  /** Drain on SIGTERM and SIGINT, leave at once on the second; default true. */
  readonly handleSignals?: boolean;
  /** Default: JSON lines on standard error. */
  readonly log?: Log;
  /** Told what the worker does: `@jobengine/worker/prometheus`, `@jobengine/worker/opentelemetry`, or your own. */
  readonly metrics?: Metrics;
  /** Carries traces further than the payload: `@jobengine/worker/opentelemetry`. */
  readonly tracing?: Tracing;
}

export interface Worker {
  /**
   * Works until the worker was told to stop (a signal, `stop()`, the engine) and has drained. Lost connections
   * and rebuilt queues are waited out. Call it once.
   * @throws WorkerRefused when the engine will not have this worker.
   */
  run(): Promise<void>;
  /** Asks the worker to drain; `run()` resolves when it has. A second call gives everything back at once. */
  stop(): void;
}

/** Creates a worker. Nothing happens before `run()`. @throws TypeError when an option is wrong. */
export function createWorker(options: WorkerOptions): Worker {
  const { apiUrl, workerKey, kinds, concurrency = 4, drainGraceMs = 20_000, log = logToStderr } = options;
  const { transport = "valkey", caFile } = options;
  const secret = secretOf(workerKey);
  checkOptions(options, concurrency);
  const ca = caFile === undefined ? undefined : readAuthorities(caFile);
  const engine = { apiUrl, workerKey, ca, fetch: createEngineFetch(apiUrl, ca) };
  const stopping = new AbortController();
  const hurry = new AbortController();
  const slots = createSlots(concurrency);
  let lastId: string | undefined;
  const metrics = guardMetrics(options.metrics ?? {}, log);
  const runner = {
    handlers: kinds,
    engine,
    metrics,
    tracing: options.tracing ?? passOn,
  };

  function stop(): void {
    if (stopping.signal.aborted) hurry.abort();
    stopping.abort();
  }

  async function workOnce(): Promise<"stopped" | "lost"> {
    const registration = await register({
      engine,
      transport,
      concurrency,
      build: options.build,
      replaces: lastId,
      kinds: Object.keys(kinds),
      signal: stopping.signal,
    });
    lastId = registration.workerId;
    metrics.registered();
    log("info", "registered", { worker: registration.workerId, queue: registration.queue });
    return await runSession({
      registration,
      secret,
      runner,
      slots,
      log,
      drainGraceMs,
      stopping: stopping.signal,
      hurry: hurry.signal,
      onDrain: () => stopping.abort(),
    });
  }

  async function workUntilStopped(): Promise<void> {
    let failures = 0;
    while (!stopping.signal.aborted) {
      let waitMs: number;
      const startedAt = performance.now();
      try {
        if ((await workOnce()) === "stopped") return;
        // A registration that held for a while was a good one: start over with short waits.
        if (performance.now() - startedAt > 10_000) failures = 0;
        waitMs = backoffMs(failures++, 100, 10_000);
      } catch (error) {
        if (!(error instanceof RegistrationFailed || error instanceof QueueAway)) throw error;
        if (stopping.signal.aborted) return;
        waitMs =
          (error instanceof RegistrationFailed ? error.retryAfterMs : undefined) ??
          backoffMs(failures++, 500, 10_000);
        log("warn", explained(error), { retryInMs: Math.round(waitMs) });
      }
      await pause(waitMs, stopping.signal);
    }
  }

  return {
    stop,
    async run() {
      const signals = options.handleSignals === false ? [] : (["SIGTERM", "SIGINT"] as const);
      for (const name of signals) process.on(name, stop);
      try {
        await workUntilStopped();
      } catch (error) {
        if (error instanceof WorkerRefused) log("error", error.message, {});
        throw error;
      } finally {
        for (const name of signals) process.off(name, stop);
      }
    },
  };
}

function checkOptions({ apiUrl, transport, kinds }: WorkerOptions, concurrency: number): void {
  if (transport !== undefined && transport !== "valkey" && transport !== "https")
    throw new TypeError("transport is valkey or https.");
  if (!/^https?:$/.test(URL.parse(apiUrl)?.protocol ?? ""))
    throw new TypeError("apiUrl is an http or https address.");
  const names = Object.keys(kinds);
  if (names.length < 1 || names.length > 32) throw new TypeError("kinds names 1 to 32 job kinds.");
  const wrong = names.find((name) => !/^[A-Za-z0-9_.-]{1,64}$/.test(name));
  if (wrong !== undefined) throw new TypeError(`Not a job kind: ${JSON.stringify(wrong)}`);
  if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > 1_000) {
    throw new TypeError("concurrency is a whole number from 1 to 1,000.");
  }
}
