import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { report } from "../../stack.ts";
import type { Contender, Field } from "../contender.ts";
import type { Pair } from "../contenders/all.ts";
import { faultOf } from "../ledger.ts";
import type { Program } from "../program.ts";
import type { BenchServers } from "../servers.ts";
import { median, perSecond, type Scoreboard } from "../scoreboard.ts";

const lookEveryMs = 10;
/** Nothing at all for so long means that a contender hangs. */
const stuckMs = 60_000;

/** Claim, no-op, settle: the rate from the first fifth of a full queue to its end, in turns. */
export async function measureWork(
  servers: BenchServers,
  { ours, peer, target }: Pair,
  options: { rounds: number; board: Scoreboard },
): Promise<void> {
  const { rounds, board } = options;
  const contenders = [ours, peer].filter((one) => one !== undefined);
  const rates = new Map<Contender, number[]>(contenders.map((one) => [one, []]));
  const costs = new Map<Contender, number[]>(contenders.map((one) => [one, []]));
  for (let round = 0; round < rounds; round++) {
    for (const contender of contenders) {
      try {
        const { rate, serverMicros } = await servers.withValkey((url) => workOff(contender, url, board));
        rates.get(contender)?.push(rate);
        costs.get(contender)?.push(serverMicros);
      } catch (error) {
        board.books(contender.name, String(error));
      }
    }
  }
  const of = (contender: Contender) => median(rates.get(contender) ?? []);
  for (const contender of contenders) {
    const cost = `${median(costs.get(contender) ?? []).toFixed(1)} µs of the server a job`;
    report(contender.name, perSecond(of(contender)), `${cost}; ${contender.settings}`);
  }
  if (ours === undefined || peer === undefined) return;
  board.ratio({ what: `${ours.name} : ${peer.name}`, value: of(ours) / of(peer), target, sense: "at least" });
}

/** Beside the rate: the server's processor time for a job, which a busy machine changes little. */
async function workOff(
  contender: Contender,
  url: string,
  board: Scoreboard,
): Promise<{ rate: number; serverMicros: number }> {
  const { jobs, name } = contender;
  await using field = await contender.open(url);
  await field.enqueue(0, jobs);
  const valkey = new Redis(url);
  const workers = field.startWorkers(1);
  try {
    const begin = await untilSettled(field, workers, Math.round(jobs / 5));
    const spent = await serverMicros(valkey);
    const end = await untilSettled(field, workers, jobs);
    const done = end.settled - begin.settled;
    const cost = ((await serverMicros(valkey)) - spent) / done;
    const executed = await workers.end();
    const results = await field.results(jobs);
    board.books(
      name,
      faultOf(
        jobs,
        results.map(({ n }) => n),
        executed,
      ),
    );
    return { rate: done / ((end.atMs - begin.atMs) / 1_000), serverMicros: cost };
  } finally {
    valkey.disconnect();
    await workers.end();
  }
}

async function untilSettled(field: Field, workers: Program, count: number) {
  let last = { settled: 0, atMs: performance.now() };
  for (;;) {
    const settled = await field.settled();
    const atMs = performance.now();
    if (settled >= count) return { settled, atMs };
    workers.check();
    if (settled > last.settled) last = { settled, atMs };
    if (atMs - last.atMs > stuckMs) throw new Error(`No job has ended for ${stuckMs / 1_000} s.`);
    await sleep(lookEveryMs);
  }
}

async function serverMicros(valkey: Redis): Promise<number> {
  const info = await valkey.info("cpu");
  const seconds = (name: string) => Number(new RegExp(`^${name}:([\\d.]+)`, "m").exec(info)?.[1]);
  return (seconds("used_cpu_user") + seconds("used_cpu_sys")) * 1_000_000;
}
