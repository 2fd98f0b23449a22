import { mkdtemp, rm } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startServers } from "../scripts/stack/stack.ts";
import { aJob, openTestQueue, type TestQueue } from "../platform/valkey/testing/test-queue.ts";
import type { RawJob } from "../platform/valkey/testing/raw-worker.ts";
import { serverMicros } from "./queue/processor-time.ts";
import { report } from "./stack.ts";

const depths = [10_000, 100_000, 1_000_000];
/** Who and what the jobs are of; half of the keys are closed. */
const mixes = [
  { tenants: 1, keys: 0 },
  { tenants: 1_000, keys: 0 },
  { tenants: 10, keys: 1_000 },
] as const;
type Mix = (typeof mixes)[number];
const rounds = 200;
const slots = 16;
const enqueuedAtOnce = 1_000;

/** How many times as long a claim takes at the largest depth as at the smallest. */
export interface Growth {
  readonly tenants: number;
  readonly keys: number;
  readonly ratio: number;
}

/** What enqueue, claim and settle cost as the queue grows, with one tenant and with a thousand. */
export async function benchClaims(): Promise<Growth[]> {
  const dataDir = await mkdtemp(path.join(import.meta.dirname, "../.jobengine-bench-"));
  const servers = await startServers({
    dataDir,
    which: ["valkey"],
    onLine: (line) => console.log(`  ${line}`),
  });
  try {
    const growths: Growth[] = [];
    for (const mix of mixes) {
      const claimsMs: number[] = [];
      for (const depth of depths) claimsMs.push(await measureDepth(servers.valkeyUrl, mix, depth));
      growths.push({ ...mix, ratio: (claimsMs.at(-1) ?? Number.NaN) / (claimsMs[0] ?? Number.NaN) });
    }
    return growths;
  } finally {
    await servers.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** Answers the milliseconds of the server that the claims take. */
async function measureDepth(valkeyUrl: string, mix: Mix, depth: number): Promise<number> {
  await using t = await openTestQueue({ highWater: 10_000_000 }, valkeyUrl);
  await untilFreed(t);
  const { tenants, keys } = mix;
  const ofKeys = keys > 0 ? ` and ${keys.toLocaleString("en")} keys, half of them closed` : "";
  console.log(`\n${depth.toLocaleString("en")} jobs of ${tenants.toLocaleString("en")} tenants${ofKeys}`);
  await closeKeys(t, keys / 2);
  const before = await usedBytes(t);
  const enqueueMs = await timed(() => fill(t, mix, depth));
  report("enqueue, calls of 1,000", `${Math.round(depth / (enqueueMs / 1_000)).toLocaleString("en")} jobs/s`);
  report("memory", `${Math.round(((await usedBytes(t)) - before) / depth)} bytes a job`);

  const worker = t.worker("w1");
  const seen = new Set<string>();
  const held: RawJob[][] = [];
  const claims = await measured(t, async () => {
    for (let round = 0; round < rounds; round++) held.push([...(await worker.claim(slots)).jobs]);
  });
  for (const { job } of held.flat()) seen.add(job);
  const settles = await measured(t, async () => {
    for (const jobs of held) await worker.settle(jobs);
  });
  report(`claim of ${slots}`, ...perCall(claims));
  report(`settle of ${slots}`, ...perCall(settles));
  let large = 0;
  const largeMs = await timed(async () => (large = (await worker.claim(1_000)).jobs.length));
  report("claim of 1,000", `${largeMs.toFixed(1)} ms`);

  const { ready, leased, resultsPending } = await t.queue.stats();
  const isWhole = seen.size === rounds * slots && resultsPending === seen.size && leased === large;
  const kept = isWhole && ready + leased + seen.size === depth;
  report("ledger", kept ? "nothing lost" : "LOST", `${ready} ready, ${leased} leased, ${seen.size} settled`);
  if (!kept) process.exitCode = 1;
  return claims.serverMs / rounds;
}

async function fill(t: TestQueue, { tenants, keys }: Mix, depth: number): Promise<void> {
  for (let from = 0; from < depth; from += enqueuedAtOnce) {
    await t.queue.enqueue(
      Array.from({ length: enqueuedAtOnce }, (_, at) =>
        aJob(`job_${from + at}`, {
          tenant: `t${(from + at) % tenants}`,
          run: `run_${Math.floor(from / 10_000)}`,
          ...(keys > 0 && { concurrencyKey: `registry-${(from + at) % keys}.example` }),
        }),
      ),
    );
  }
}

interface Cost {
  readonly elapsedMs: number;
  readonly serverMs: number;
}

/** What work costs in time, and in processor time of the server: that is the same on a busy machine. */
async function measured({ valkey }: TestQueue, work: () => Promise<unknown>): Promise<Cost> {
  const before = await serverMicros(valkey);
  const elapsedMs = await timed(work);
  return { elapsedMs, serverMs: ((await serverMicros(valkey)) - before) / 1_000 };
}

function perCall({ elapsedMs, serverMs }: Cost): [value: string, note: string] {
  return [`${perRound(serverMs)} of the server`, `${perRound(elapsedMs)} with its round trip`];
}

function perRound(ms: number): string {
  return `${Math.round((ms / rounds) * 1_000)} µs`;
}

/** As outcomes that ask to come back in an hour would. */
async function closeKeys({ valkey, queue }: TestQueue, count: number): Promise<void> {
  const until = Date.now() + 3_600_000;
  const closed = Array.from({ length: count }, (_, at) => [until, `registry-${at}.example`]).flat();
  if (count > 0) await valkey.zadd(`${queue.keyPrefix}key:closed`, ...closed);
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
