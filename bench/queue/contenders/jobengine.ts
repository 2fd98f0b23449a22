import type { Redis } from "ioredis";
import { connectValkey } from "../../../platform/valkey/connect.ts";
import { createQueue } from "../../../platform/valkey/queue.ts";
import { startEngine } from "../../../sdks/conformance/engine/start-engine.ts";
import type { Contender, Field, Result } from "../contender.ts";
import { idOf, payloadOf } from "../job.ts";
import { Program, type ProgramPlan } from "../program.ts";

/** An SDK's worker program. */
export interface WorkerOfSdk {
  readonly language: string;
  readonly slots: number;
  readonly jobs: number;
  readonly plan: ProgramPlan;
}

/** The queue with the engine's own client in front and a worker of one SDK behind. */
export function jobEngine({ language, slots, jobs, plan }: WorkerOfSdk): Contender {
  return {
    name: `JobEngine, ${language}`,
    settings: `one process, ${slots} slots; lease 60 s, beat 15 s`,
    jobs,
    open: async (valkeyUrl) => await openField(valkeyUrl, slots, plan),
  };
}

/** Everything that is settled stays on the stream until it is read: the bench reads it at its end. */
const highWater = 100_000_000;
const entriesAtOnce = 5_000;

async function openField(valkeyUrl: string, slots: number, plan: ProgramPlan): Promise<Field> {
  const engine = await startEngine({ valkeyUrl, highWater });
  const valkey = await connectValkey({ url: valkeyUrl, name: "bench" });
  const { keyPrefix, epoch } = engine;
  const queue = createQueue({ valkey, queue: keyPrefix.slice("{je:".length, -"}:".length), epoch });
  const stream = `${keyPrefix}results`;
  return {
    async enqueue(from, count) {
      await queue.enqueue(Array.from({ length: count }, (_, at) => message(from + at)));
    },
    startWorkers: (count) =>
      new Program({
        ...plan,
        env: {
          ...plan.env,
          JOBENGINE_API_URL: engine.http.apiUrl,
          JOBENGINE_WORKER_KEY: engine.workerKey,
          BENCH_SLOTS: String(slots),
          BENCH_WORKERS: String(count),
        },
      }),
    settled: async () => await valkey.xlen(stream),
    results: async () => await readStream(valkey, stream),
    idleWorkers: async () => await valkey.zcard(`${keyPrefix}idle`),
    async [Symbol.asyncDispose]() {
      await queue.end();
      valkey.disconnect();
      await engine[Symbol.asyncDispose]();
    },
  };
}

function message(n: number) {
  const payload = JSON.stringify(payloadOf(n));
  const whose = { kind: "scan", class: "scheduled", tenant: "acme", run: "run_1" } as const;
  return { job: idOf(n), attempt: 1, ...whose, wallClockMs: 60_000, payload };
}

/** Every entry counts, so that an outcome that was taken twice shows. */
async function readStream(valkey: Redis, stream: string): Promise<Result[]> {
  const results: Result[] = [];
  for (let after = "-"; ;) {
    const entries = await valkey.xrange(stream, after, "+", "COUNT", entriesAtOnce);
    for (const [, fields] of entries) {
      const text = fields[fields.indexOf("outcome") + 1] ?? "";
      results.push((JSON.parse(text) as { result: Result }).result);
    }
    const last = entries.at(-1);
    if (last === undefined || entries.length < entriesAtOnce) return results;
    after = `(${last[0]}`;
  }
}
