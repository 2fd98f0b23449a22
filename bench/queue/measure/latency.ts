import { setTimeout as sleep } from "node:timers/promises";
import { report } from "../../stack.ts";
import type { Contender, Field } from "../contender.ts";
import { faultOf } from "../ledger.ts";
import type { BenchServers } from "../servers.ts";
import { median, type Scoreboard } from "../scoreboard.ts";

const warmUp = 50;
/** Between a job and the next: long enough for a worker to be idle again, also where nobody can say so. */
const restMs = 15;

/**
 * From before an enqueue is called until the handler of an idle worker in another process runs. Both read the
 * machine's monotonic clock. The contenders take turns.
 */
export async function measureLatency(
  servers: BenchServers,
  ours: Contender,
  peer: Contender | undefined,
  options: { rounds: number; jobs: number; board: Scoreboard },
): Promise<void> {
  const { rounds, jobs, board } = options;
  console.log("\nIdle latency: from enqueue to the handler of an idle worker");
  const contenders = [ours, ...(peer === undefined ? [] : [peer])];
  const waits = new Map<Contender, number[]>(contenders.map((one) => [one, []]));
  for (let round = 0; round < rounds; round++) {
    for (const contender of contenders) {
      const some = await servers.withValkey((url) => waitsOf(contender, url, jobs, board));
      waits.get(contender)?.push(...some);
    }
  }
  for (const contender of contenders) {
    const all = (waits.get(contender) ?? []).sort((a, b) => a - b);
    const p99 = all[Math.floor(all.length * 0.99)] ?? Number.NaN;
    report(
      contender.name,
      `p50 ${median(all).toFixed(2)} ms`,
      `p99 ${p99.toFixed(2)} ms, ${all.length} jobs`,
    );
  }
  if (peer === undefined) return;
  board.ratio({
    what: `idle latency p50 : ${peer.name}`,
    value: median(waits.get(ours) ?? []) / median(waits.get(peer) ?? []),
    target: 0.5,
    sense: "at most",
  });
}

async function waitsOf(
  contender: Contender,
  url: string,
  jobs: number,
  board: Scoreboard,
): Promise<number[]> {
  await using field = await contender.open(url);
  const workers = field.startWorkers(1);
  const sentAt: number[] = [];
  try {
    for (let n = 0; n < warmUp + jobs; n++) {
      await untilIdle(field);
      sentAt.push(Number(process.hrtime.bigint()));
      await field.enqueue(n, 1);
      while ((await field.settled()) <= n) {
        workers.check();
        await sleep(2);
      }
    }
    const executed = await workers.end();
    const results = await field.results(sentAt.length);
    const fault = faultOf(
      sentAt.length,
      results.map(({ n }) => n),
      executed,
    );
    board.books(`latency of ${contender.name}`, fault);
    return results
      .filter(({ n }) => n >= warmUp)
      .map(({ n, at }) => ((at ?? Number.NaN) - (sentAt[n] ?? 0)) / 1_000_000);
  } finally {
    await workers.end();
  }
}

async function untilIdle(field: Field): Promise<void> {
  await sleep(restMs);
  while ((await field.idleWorkers?.()) === 0) await sleep(2);
}
