/** Workers of BullMQ that do nothing, for the bench. */
import { once } from "node:events";
import { loadBullMq, queueName } from "../peers/bullmq.ts";
import { createCount, setting } from "./environment.ts";

const { Worker } = loadBullMq(setting("BENCH_MODULES"));
const port = Number(new URL(setting("BENCH_VALKEY_URL")).port);
const connection = { host: "127.0.0.1", port, maxRetriesPerRequest: null };
const concurrency = Number(setting("BENCH_SLOTS"));
const count = createCount();
const workers = Array.from({ length: Number(setting("BENCH_WORKERS")) }, () => {
  const worker = new Worker(queueName, async (job) => count.add(job.data), { connection, concurrency });
  worker.on("error", (error) => console.error(error.message));
  return worker;
});
await once(process, "SIGTERM");
await Promise.all(workers.map((worker) => worker.close()));
count.print();
