import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { findContenders } from "./queue/contenders/all.ts";
import { benchClaims } from "./claims.ts";
import { printGuarantees } from "./queue/guarantees.ts";
import { measureCeiling } from "./queue/measure/ceiling.ts";
import { measureDispatch } from "./queue/measure/dispatch.ts";
import { measureIdle } from "./queue/measure/idle.ts";
import { measureLatency } from "./queue/measure/latency.ts";
import { measureResults } from "./queue/measure/results.ts";
import { measureWork } from "./queue/measure/work.ts";
import { createScoreboard } from "./queue/scoreboard.ts";
import { withBenchServers } from "./queue/servers.ts";

export const queueBenchParts = [
  "dispatch",
  "work",
  "ceiling",
  "latency",
  "idle",
  "results",
  "growth",
] as const;
export type QueueBenchPart = (typeof queueBenchParts)[number];

export interface QueueBenchOptions {
  readonly only: readonly QueueBenchPart[];
  readonly rounds: number;
  /** Multiplies how many jobs a round has. */
  readonly scale: number;
}

/** The queue beside its peers, all in one run: every ratio is of numbers that were measured in turns. */
export async function benchQueue({ only, rounds, scale }: QueueBenchOptions): Promise<void> {
  const wants = (part: QueueBenchPart) => only.includes(part);
  const board = createScoreboard();
  const scratch = await mkdtemp(path.join(tmpdir(), "jobengine-bench-"));
  process.once("exit", () => rmSync(scratch, { recursive: true, force: true }));
  const { pairs, modules } = await findContenders(scratch, scale);
  const { ours, peer } = pairs.typescript;
  const size = (jobs: number) => Math.max(500, Math.round(jobs * scale));
  printGuarantees();
  await withBenchServers(async (servers) => {
    const options = { rounds, board };
    if (wants("dispatch")) await measureDispatch(servers, ours, peer, options);
    if (wants("work")) {
      console.log("\nClaim, no-op, settle: a full queue from its first fifth to its end");
      for (const pair of Object.values(pairs)) await measureWork(servers, pair, options);
    }
    if (wants("ceiling")) await measureCeiling(servers, size(200_000));
    if (wants("latency")) await measureLatency(servers, ours, peer, { ...options, jobs: 200 });
    if (wants("idle")) {
      const all = Object.values(pairs).flatMap((pair) => [pair.ours, pair.peer]);
      await measureIdle(
        servers,
        all.filter((one) => one !== undefined),
      );
    }
    if (wants("results")) await measureResults(servers, modules, { ...options, jobs: size(10_000) });
  });
  for (const { tenants, keys, ratio } of wants("growth") ? await benchClaims() : [])
    board.ratio({
      what: `claim at 10^6 : 10^4, ${tenants} tenants${keys > 0 ? `, ${keys} keys` : ""}`,
      value: ratio,
      target: 1.25,
      sense: "at most",
    });
  board.print();
}
