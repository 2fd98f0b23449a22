import { report } from "../../stack.ts";
import type { Contender } from "../contender.ts";
import type { BenchServers } from "../servers.ts";
import { median, perSecond, type Scoreboard } from "../scoreboard.ts";

/** How fast one client puts jobs on an empty queue, ours and the peer in turns. */
export async function measureDispatch(
  servers: BenchServers,
  ours: Contender,
  peer: Contender | undefined,
  options: { rounds: number; board: Scoreboard },
): Promise<void> {
  const { rounds, board } = options;
  console.log("\nDispatch: one client, payloads of 100 bytes, ids of its own");
  const names = [ours, ...(peer === undefined ? [] : [peer])];
  const rates = new Map<string, number[]>(names.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const contender of names) {
      rates.get(contender.name)?.push(await servers.withValkey((url) => rateOf(contender, url)));
    }
  }
  const of = (contender: Contender) => median(rates.get(contender.name) ?? []);
  for (const contender of names)
    report(contender.name, perSecond(of(contender)), `${contender.jobs} jobs a round`);
  if (peer === undefined) return;
  board.ratio({
    what: `dispatch : ${peer.name} addBulk`,
    value: of(ours) / of(peer),
    target: 8,
    sense: "at least",
  });
}

async function rateOf(contender: Contender, url: string): Promise<number> {
  await using field = await contender.open(url);
  const warmUp = Math.round(contender.jobs / 10);
  await field.enqueue(0, warmUp);
  const started = performance.now();
  await field.enqueue(warmUp, contender.jobs);
  return contender.jobs / ((performance.now() - started) / 1_000);
}
