import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { report } from "../../stack.ts";
import type { Contender } from "../contender.ts";
import type { BenchServers } from "../servers.ts";

const fleet = 50;
/** Until every worker has connected, registered and found nothing. */
const settleMs = 12_000;
/** Our workers look by themselves every 20 s, the peers more often: all of their habits fit in. */
const watchMs = 30_000;
/** Commands of the bench's own side: the ticks of the queue's clock and the bench's questions. */
const ownSide = /^(monitor|info|xlen|zcard|dbsize|je_tick)$/;

/**
 * What a fleet of 50 workers without work sends, all fleets at the same time, as MONITOR sees it: commands of
 * clients, without those that scripts run inside.
 */
export async function measureIdle(servers: BenchServers, contenders: readonly Contender[]): Promise<void> {
  console.log(`\nAn idle fleet of ${fleet} workers: commands that it sends, over ${watchMs / 1_000} s`);
  const lines = await Promise.all(
    contenders.map(async (contender) => await servers.withValkey((url) => watch(contender, url))),
  );
  for (const [name, value, remark] of lines) report(name, value, remark);
}

async function watch(
  contender: Contender,
  url: string,
): Promise<[name: string, value: string, remark: string]> {
  await using field = await contender.open(url);
  // A worker of Celery is some processes of 60 MB: four stand for fifty.
  const started = contender.name === "Celery" ? 4 : fleet;
  const workers =
    contender.name === "Celery"
      ? Array.from({ length: started }, () => field.startWorkers(1))
      : [field.startWorkers(fleet)];
  const valkey = new Redis(url);
  try {
    await sleep(settleMs);
    const monitor = await valkey.monitor();
    const seen = new Map<string, number>();
    monitor.on("monitor", (_time: string, words: string[], source: string) => {
      const command = (words[0] ?? "").toLowerCase();
      const name = command === "fcall" ? (words[1] ?? "") : command;
      if (source !== "lua" && !ownSide.test(name)) seen.set(name, (seen.get(name) ?? 0) + 1);
    });
    await sleep(watchMs);
    monitor.disconnect();
    for (const one of workers) one.check();
    const perSecond = ([, count]: readonly [string, number]) => (count * fleet) / started / (watchMs / 1_000);
    const most = [...seen].sort(([, a], [, b]) => b - a);
    const total = most.reduce((sum, one) => sum + perSecond(one), 0);
    const shown = most.slice(0, 4).map((one) => `${one[0]} ${perSecond(one).toFixed(1)}`);
    const remark = started === fleet ? "" : `, ${started} measured`;
    return [contender.name, `${total.toFixed(1)} /s`, `${shown.join(", ")}${remark}`];
  } finally {
    valkey.disconnect();
    await Promise.all(workers.map((one) => one.end()));
  }
}
