import { Redis } from "ioredis";
import { report } from "../../stack.ts";
import { idOf, payloadOf } from "../job.ts";
import type { BenchServers } from "../servers.ts";
import { perSecond } from "../scoreboard.ts";

const batch = 200;

/** Takes a batch off a list and writes each to a stream: no lease, no fence, no fairness, no tenant, no record. */
const takeAndPublish = `
local jobs = redis.call('LPOP', KEYS[1], ARGV[1])
if not jobs then return 0 end
for i = 1, #jobs do redis.call('XADD', KEYS[2], '*', 'job', jobs[i], 'outcome', '{"status":"succeeded"}') end
return #jobs`;

const put = `
for i = 1, #ARGV do redis.call('RPUSH', KEYS[1], ARGV[i]) end
return #ARGV`;

/** What one Lua loop over batches gives at best on this machine, one caller. */
export async function measureCeiling(servers: BenchServers, jobs: number): Promise<void> {
  console.log(`\nThe ceiling: Lua without semantics, one caller, batches of ${batch}`);
  await servers.withValkey(async (url) => {
    const valkey = new Redis(url);
    try {
      const putStarted = performance.now();
      for (let n = 0; n < jobs; n += batch) {
        const texts = Array.from({ length: batch }, (_, at) =>
          JSON.stringify([idOf(n + at), payloadOf(n + at)]),
        );
        await valkey.eval(put, 1, "jobs", ...texts);
      }
      report("put on a list", perSecond(jobs / ((performance.now() - putStarted) / 1_000)));
      const takeStarted = performance.now();
      for (let some = -1; some !== 0;)
        some = (await valkey.eval(takeAndPublish, 2, "jobs", "results", batch)) as number;
      const seconds = (performance.now() - takeStarted) / 1_000;
      report("take and publish", perSecond(jobs / seconds), `${await valkey.xlen("results")} published`);
    } finally {
      valkey.disconnect();
    }
  });
}
