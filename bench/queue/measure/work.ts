import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { report } from "../../stack.ts";
import type { Contender, Field } from "../contender.ts";
import type { Pair } from "../contenders/all.ts";
import { faultOf } from "../ledger.ts";
import type { Program } from "../program.ts";
import type { BenchServers } from "../servers.ts";
import { serverMicros } from "../processor-time.ts";
import { median, perSecond, type Scoreboard } from "../scoreboard.ts";

const lookEveryMs = 10;
/** Nothing at all for so long means that a contender hangs. */
const stuckMs = 60_000;

/** One round. Processor time is told beside the rate, because a busy machine changes it little. */
interface Round {
  readonly rate: number;
  readonly serverMicros: number;
  /** NaN where it cannot be told. */
  readonly workerMicros: number;
}

/** Claim, no-op, settle: the rate from the first fifth of a full queue to its end, in turns. */
export async function measureWork(
  servers: BenchServers,
  { ours, peer, target }: Pair,
  options: { rounds: number; board: Scoreboard },
): Promise<void> {
  const contenders = [ours, peer].filter((one) => one !== undefined);
  const rounds = new Map<Contender, Round[]>(contenders.map((one) => [one, []]));
  for (let at = 0; at < options.rounds; at++) {
    for (const contender of contenders) {
      try {
        const round = await servers.withValkey((url) => workOff(contender, url, options.board));
        rounds.get(contender)?.push(round);
      } catch (error) {
        options.board.books(contender.name, String(error));
      }
    }
  }
  const of = (contender: Contender, what: keyof Round) =>
    median((rounds.get(contender) ?? []).map((round) => round[what]));
  for (const contender of contenders) {
    const server = `${of(contender, "serverMicros").toFixed(1)} µs of the server`;
    const worker = `${of(contender, "workerMicros").toFixed(1)} µs of the worker a job`;
    report(contender.name, perSecond(of(contender, "rate")), `${server}, ${worker}; ${contender.settings}`);
  }
  if (ours === undefined || peer === undefined) return;
  const value = of(ours, "rate") / of(peer, "rate");
  options.board.ratio({ what: `${ours.name} : ${peer.name}`, value, target, sense: "at least" });
}

async function workOff(contender: Contender, url: string, board: Scoreboard): Promise<Round> {
  const { jobs, name } = contender;
  await using field = await contender.open(url);
  await field.enqueue(0, jobs);
  const valkey = new Redis(url);
  const workers = field.startWorkers(1);
  const spent = async () => [await serverMicros(valkey), workers.micros() ?? Number.NaN] as const;
  try {
    const begin = await untilSettled(field, workers, Math.round(jobs / 5));
    const [serverBegin, workerBegin] = await spent();
    const end = await untilSettled(field, workers, jobs);
    const [serverEnd, workerEnd] = await spent();
    const executed = await workers.end();
    const numbers = (await field.results(jobs)).map(({ n }) => n);
    board.books(name, faultOf(jobs, numbers, executed));
    const done = end.settled - begin.settled;
    return {
      rate: done / ((end.atMs - begin.atMs) / 1_000),
      serverMicros: (serverEnd - serverBegin) / done,
      workerMicros: (workerEnd - workerBegin) / done,
    };
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
