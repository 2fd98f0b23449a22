import { hash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import path from "node:path";
import { startServers } from "../scripts/stack/stack.ts";
import { createQueueScheduler } from "../platform/valkey/testing/simulated-queue.ts";
import { type Scheduler, simulate, type SimulatedWork } from "../platform/valkey/testing/simulation.ts";
import { openTestQueue } from "../platform/valkey/testing/test-queue.ts";
import { measure } from "./fairness/measure.ts";
import { type Mix, mixes } from "./fairness/mixes.ts";
import { createFifo, createRoundRobin } from "./fairness/peers.ts";

const hourMs = 3_600_000;

/**
 * Plays recorded and adversarial mixes in simulated time: the queue's real functions on a real server whose
 * clock is the simulation's, beside first come, first served and a count-based round robin.
 */
export async function benchFairness(): Promise<void> {
  const dataDir = await mkdtemp(path.join(import.meta.dirname, "../.jobengine-bench-"));
  const servers = await startServers({
    dataDir,
    which: ["valkey"],
    onLine: (line) => console.log(`  ${line}`),
  });
  try {
    for (const mix of mixes) await playMix(mix, servers.valkeyUrl);
  } finally {
    await servers.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function playMix(mix: Mix, valkeyUrl: string): Promise<void> {
  console.log(`\n${mix.name}`);
  console.log(`  ${mix.workers} workers of ${mix.slots}, ${mix.untilMs / 1_000} s, ${mix.jobs.length} jobs`);
  console.log(
    `  ${"".padEnd(26)}${["Jain", "least share", "most", "median wait", "worst wait"].map(cell).join("")}`,
  );
  show("the queue", mix, await playQueue(mix, valkeyUrl));
  show("round robin by count", mix, await play(mix, createRoundRobin()));
  show("first come, first served", mix, await play(mix, createFifo()));
}

async function playQueue(mix: Mix, valkeyUrl: string): Promise<SimulatedWork[]> {
  await using t = await openTestQueue({ leaseMs: 1_000 * hourMs, beatMs: hourMs }, valkeyUrl);
  const { weights, caps = {} } = mix;
  const limits = [...new Set([...Object.keys(weights), ...Object.keys(caps)])].map((tenant) => ({
    tenant,
    weight: weights[tenant] ?? 1,
    maxLeased: caps[tenant] ?? null,
  }));
  await t.queue.limitTenants(limits);
  return await play(mix, await createQueueScheduler(t));
}

async function play({ jobs, workers, slots, untilMs }: Mix, scheduler: Scheduler): Promise<SimulatedWork[]> {
  return await simulate({ scheduler, jobs, workers, slots, untilMs });
}

function show(name: string, mix: Mix, work: readonly SimulatedWork[]): void {
  const { jain, shares, waits } = measure(mix, work);
  const cells = [
    jain?.toFixed(3) ?? "",
    shares?.[0].toFixed(2) ?? "",
    shares?.[1].toFixed(2) ?? "",
    secondsOf(waits?.[0]),
    secondsOf(waits?.[1]),
  ];
  console.log(`  ${name.padEnd(26)}${cells.map(cell).join("")}   ${ledger(mix, work)}`);
}

/** No job is begun twice, none that was not sent; the digest tells whether two runs did the same. */
function ledger(mix: Mix, work: readonly SimulatedWork[]): string {
  const sent = new Set(mix.jobs.map(({ id }) => id));
  const begun = new Set(work.map(({ id }) => id));
  if (begun.size !== work.length || ![...begun].every((id) => sent.has(id))) {
    process.exitCode = 1;
    return "LEDGER WRONG";
  }
  const order = hash("sha256", work.map(({ id, startedMs }) => `${id}@${startedMs}`).join("\n"), "hex");
  return `${work.length} begun, each once, ${order.slice(0, 8)}`;
}

function cell(text: string): string {
  return text.padStart(14);
}

function secondsOf(ms: number | undefined): string {
  return ms === undefined ? "" : `${(ms / 1_000).toFixed(1)} s`;
}
