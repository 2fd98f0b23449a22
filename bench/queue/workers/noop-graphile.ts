/** A worker of graphile-worker that does nothing, for the bench; its completions go in batches. */
import { once } from "node:events";
import { loadGraphile } from "../peers/graphile.ts";
import { createCount, setting } from "./environment.ts";

const { run, Logger } = loadGraphile(setting("BENCH_MODULES"));
const isStoring = setting("BENCH_STORES") === "1";
const count = createCount();

let hasBegun = false;

interface Helpers {
  query(text: string, values: unknown[]): Promise<unknown>;
}

const runner = await run({
  connectionString: setting("BENCH_POSTGRES_URL"),
  noHandleSignals: true,
  logger: new Logger(() => () => undefined),
  preset: {
    worker: {
      concurrentJobs: Number(setting("BENCH_SLOTS")),
      maxPoolSize: 10,
      // Claims everything at once, so that what is measured is completion.
      localQueue: { size: Number(setting("BENCH_JOBS")) },
      completeJobBatchDelay: 0,
      failJobBatchDelay: 0,
    },
  },
  taskList: {
    scan: async (payload: unknown, helpers: Helpers) => {
      const { n, at } = count.add(payload);
      if (!hasBegun) console.log(`began ${at}`);
      hasBegun = true;
      if (isStoring) await helpers.query("insert into bench_results (n) values ($1)", [n]);
    },
  },
});
await once(process, "SIGTERM");
await runner.stop();
count.print();
