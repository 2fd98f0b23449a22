import { mkdtemp, rm } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startServers } from "../scripts/stack/stack.ts";
import { aJob, openTestQueue, type TestQueue } from "../platform/valkey/testing/test-queue.ts";
import { report } from "./stack.ts";

const depths = [10_000, 100_000, 1_000_000];
const tenantCounts = [1, 1_000];
const rounds = 200;
const slots = 16;
const enqueuedAtOnce = 1_000;

/** What enqueue, claim and settle cost as the queue grows, with one tenant and with a thousand. */
export async function benchClaims(): Promise<void> {
  const dataDir = await mkdtemp(path.join(import.meta.dirname, "../.jobengine-bench-"));
  const servers = await startServers({
    dataDir,
    which: ["valkey"],
    onLine: (line) => console.log(`  ${line}`),
  });
  try {
    for (const tenants of tenantCounts) {
      for (const depth of depths) await measureDepth(servers.valkeyUrl, tenants, depth);
    }
  } finally {
    await servers.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function measureDepth(valkeyUrl: string, tenants: number, depth: number): Promise<void> {
  await using t = await openTestQueue({ highWater: 10_000_000 }, valkeyUrl);
  await untilFreed(t);
  console.log(`\n${depth.toLocaleString("en")} jobs of ${tenants.toLocaleString("en")} tenants`);
  const before = await usedBytes(t);
  const enqueueMs = await timed(() => fill(t, tenants, depth));
  report("enqueue, calls of 1,000", `${Math.round(depth / (enqueueMs / 1_000)).toLocaleString("en")} jobs/s`);
  report("memory", `${Math.round(((await usedBytes(t)) - before) / depth)} bytes a job`);

  const worker = t.worker("w1");
  const seen = new Set<string>();
  let claimMs = 0;
  let settleMs = 0;
  for (let round = 0; round < rounds; round++) {
    let jobs: Awaited<ReturnType<typeof worker.claim>>["jobs"] = [];
    claimMs += await timed(async () => ({ jobs } = await worker.claim(slots)));
    for (const { job } of jobs) seen.add(job);
    settleMs += await timed(() => worker.settle(jobs));
  }
  report(`claim of ${slots}`, `${Math.round((claimMs / rounds) * 1_000)} µs`, "with its round trip");
  report(`settle of ${slots}`, `${Math.round((settleMs / rounds) * 1_000)} µs`, "with its round trip");
  let large = 0;
  const largeMs = await timed(async () => (large = (await worker.claim(1_000)).jobs.length));
  report("claim of 1,000", `${largeMs.toFixed(1)} ms`);

  const { ready, leased, resultsPending } = await t.queue.stats();
  const isWhole = seen.size === rounds * slots && resultsPending === seen.size && leased === large;
  const kept = isWhole && ready + leased + seen.size === depth;
  report("ledger", kept ? "nothing lost" : "LOST", `${ready} ready, ${leased} leased, ${seen.size} settled`);
  if (!kept) process.exitCode = 1;
}

async function fill(t: TestQueue, tenants: number, depth: number): Promise<void> {
  for (let from = 0; from < depth; from += enqueuedAtOnce) {
    await t.queue.enqueue(
      Array.from({ length: enqueuedAtOnce }, (_, at) =>
        aJob(`job_${from + at}`, {
          tenant: `t${(from + at) % tenants}`,
          run: `run_${Math.floor(from / 10_000)}`,
        }),
      ),
    );
  }
}

/** The keys of the queue before this one are freed in the background. */
async function untilFreed({ valkey }: TestQueue): Promise<void> {
  while (!/lazyfree_pending_objects:0\r?$/m.test(await valkey.info("memory"))) await sleep(100);
}

async function usedBytes({ valkey }: TestQueue): Promise<number> {
  return Number(/used_memory:(\d+)/.exec(await valkey.info("memory"))?.[1]);
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}
