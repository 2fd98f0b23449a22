import { Redis } from "ioredis";
import type { Contender, Field, Result } from "../contender.ts";
import { idOf } from "../job.ts";
import { Program } from "../program.ts";

const slots = 100;

/** asynq with one worker process; its results are kept for an hour. */
export function asynq(program: string, jobs: number): Contender {
  return {
    name: "asynq",
    settings: `one process, concurrency ${slots}, results kept by retention of 1 h; lease 30 s extended by its heartbeat, own task ids, 5 retries`,
    jobs,
    open: async (valkeyUrl) => await openField(program, valkeyUrl),
  };
}

async function openField(program: string, valkeyUrl: string): Promise<Field> {
  const valkey = new Redis(valkeyUrl);
  const env = { BENCH_VALKEY_URL: valkeyUrl, BENCH_SLOTS: String(slots) };
  return {
    async enqueue(from, count) {
      await new Program({ command: program, args: [String(from), String(count)], env }).done();
    },
    startWorkers: (count) =>
      new Program({ command: program, args: [], env: { ...env, BENCH_WORKERS: String(count) } }),
    settled: async () => await valkey.zcard("asynq:{default}:completed"),
    async results(count) {
      const pipeline = valkey.pipeline();
      for (let n = 0; n < count; n++) pipeline.hget(`asynq:{default}:t:${idOf(n)}`, "result");
      const replies = (await pipeline.exec()) ?? [];
      return replies.flatMap(([, text]) => (typeof text === "string" ? [JSON.parse(text) as Result] : []));
    },
    async [Symbol.asyncDispose]() {
      valkey.disconnect();
    },
  };
}
