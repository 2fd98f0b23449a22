import { fileURLToPath } from "node:url";
import { Redis } from "ioredis";
import type { Contender, Field, Result } from "../contender.ts";
import { idOf } from "../job.ts";
import { Program } from "../program.ts";

/** One process for each of the two cores: more of them, or threads, are slower at tasks that only compute. */
const processes = 2;
const prefetch = 64;
const folder = fileURLToPath(import.meta.resolve("../peers/python"));

/** Celery with Valkey as broker and as result backend. */
export function celery(python: string, jobs: number): Contender {
  return {
    name: "Celery",
    settings: `prefork pool of ${processes}, prefetch ${prefetch} a process, acks_late, results kept for 1 h; visibility 60 s, own task ids, 5 retries; no events, gossip, mingle`,
    jobs,
    open: async (valkeyUrl) => await openField(python, valkeyUrl),
  };
}

async function openField(python: string, valkeyUrl: string): Promise<Field> {
  const results = new Redis(valkeyUrl, { db: 1 });
  const env = {
    BENCH_VALKEY_URL: valkeyUrl,
    BENCH_PREFETCH: String(prefetch),
    PYTHONPATH: folder,
    PYTHONDONTWRITEBYTECODE: "1",
  };
  const quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "ERROR"];
  return {
    async enqueue(from, count) {
      const args = [`${folder}/fill.py`, String(from), String(count)];
      await new Program({ command: python, args, env }).done();
    },
    // A fleet is not started: fifty of them take more memory than machines have. See idle.ts.
    startWorkers: () =>
      new Program({
        command: python,
        args: ["-m", "celery", "-A", "bench_tasks", "worker", "--concurrency", String(processes), ...quiet],
        env,
      }),
    settled: async () => await results.dbsize(),
    async results(count) {
      const keys = Array.from({ length: count }, (_, n) => `celery-task-meta-${idOf(n)}`);
      const texts = await results.mget(keys);
      return texts.flatMap((text) =>
        text === null ? [] : [(JSON.parse(text) as { result: Result }).result],
      );
    },
    async [Symbol.asyncDispose]() {
      results.disconnect();
    },
  };
}
