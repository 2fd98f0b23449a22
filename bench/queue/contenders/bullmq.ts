import { fileURLToPath } from "node:url";
import { Redis } from "ioredis";
import type { Contender, Field, Result } from "../contender.ts";
import { idOf, payloadOf } from "../job.ts";
import { type BullMq, type BullMqQueue, loadBullMq, queueName } from "../peers/bullmq.ts";
import { Program } from "../program.ts";

const slots = 100;
/** Its documentation advises bulks; from 500 a bulk it goes no faster. */
const jobsAtOnce = 500;

/** BullMQ with one worker process, its results kept as ours are. */
export function bullMq(modulesDir: string, jobs: number): Contender {
  return {
    name: "BullMQ",
    settings: `one process, concurrency ${slots}, jobs and results kept; lock 30 s renewed at half, own job ids, 5 attempts with backoff; addBulk of ${jobsAtOnce}`,
    jobs,
    open: async (valkeyUrl) => await openField(modulesDir, valkeyUrl),
  };
}

async function openField(modulesDir: string, valkeyUrl: string): Promise<Field> {
  const { Queue }: BullMq = loadBullMq(modulesDir);
  const connection = { host: "127.0.0.1", port: Number(new URL(valkeyUrl).port) };
  const queue = new Queue(queueName, { connection });
  await queue.waitUntilReady();
  const valkey = new Redis(valkeyUrl);
  return {
    async enqueue(from, count) {
      // A single job goes faster by itself than as a bulk.
      if (count === 1) await queue.add("scan", payloadOf(from), optionsOf(from));
      else await addInBulks(queue, from, count);
    },
    startWorkers: (count) =>
      new Program({
        command: process.execPath,
        args: [fileURLToPath(import.meta.resolve("../workers/noop-bullmq.ts"))],
        env: {
          BENCH_MODULES: modulesDir,
          BENCH_VALKEY_URL: valkeyUrl,
          BENCH_SLOTS: String(slots),
          BENCH_WORKERS: String(count),
        },
      }),
    settled: async () => await valkey.zcard(`bull:${queueName}:completed`),
    async results(count) {
      const pipeline = valkey.pipeline();
      for (let n = 0; n < count; n++) pipeline.hget(`bull:${queueName}:${idOf(n)}`, "returnvalue");
      const replies = (await pipeline.exec()) ?? [];
      return replies.flatMap(([, text]) => (typeof text === "string" ? [JSON.parse(text) as Result] : []));
    },
    async [Symbol.asyncDispose]() {
      await queue.close();
      valkey.disconnect();
    },
  };
}

async function addInBulks(queue: BullMqQueue, from: number, count: number): Promise<void> {
  for (let at = from; at < from + count; at += jobsAtOnce) {
    const length = Math.min(jobsAtOnce, from + count - at);
    await queue.addBulk(Array.from({ length }, (_, index) => jobOf(at + index)));
  }
}

function jobOf(n: number) {
  return { name: "scan", data: payloadOf(n), opts: optionsOf(n) };
}

function optionsOf(n: number) {
  return { jobId: idOf(n), attempts: 5, backoff: { type: "exponential", delay: 5_000 } };
}
