/** Workers of the TypeScript SDK that do nothing, for the bench. */
import { createWorker } from "../../../sdks/typescript/src/index.ts";
import { createCount, setting } from "./environment.ts";

const count = createCount();
const workers = Array.from({ length: Number(setting("BENCH_WORKERS")) }, () =>
  createWorker({
    apiUrl: setting("JOBENGINE_API_URL"),
    workerKey: setting("JOBENGINE_WORKER_KEY"),
    concurrency: Number(setting("BENCH_SLOTS")),
    log: () => undefined,
    kinds: { scan: async (job) => count.add(job.payload) },
  }),
);
process.setMaxListeners(0);
await Promise.all(workers.map((worker) => worker.run()));
count.print();
