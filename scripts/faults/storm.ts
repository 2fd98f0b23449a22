import { countLanguages } from "../workers/find-programs.ts";
import type { WorkerProgram } from "../workers/worker-program.ts";
import { doFaults, type DoneFault } from "./do-faults.ts";
import { type Ledger, readLedger } from "./ledger.ts";
import { applyLoad, endSchedules } from "./load.ts";
import { canaryTenant, fillTenant, firstAdvisories, stormTenants, uploadAdvisory } from "./material.ts";
import { countRebuilds, unforeseenErrors } from "./read-logs.ts";
import { settle } from "./settle.ts";
import { compareVerdicts, type VerdictComparison } from "./verdicts.ts";
import { openWorld, type World } from "./world.ts";

export interface StormOptions {
  readonly dataDir: string;
  readonly minutes: number;
  readonly jobs: number;
  readonly seed: number;
  readonly programs: readonly WorkerProgram[];
  readonly onLine: (line: string) => void;
  /** Ends faults and load early; what was asked until then is seen through to the ledger. */
  readonly stop: AbortSignal;
  /** Ends everything at once. */
  readonly signal: AbortSignal;
}

export interface StormReport {
  readonly seed: number;
  readonly minutes: number;
  readonly faults: readonly DoneFault[];
  /** From the end of the faults until every run was closed. */
  readonly settledMs: number;
  readonly ledger: Ledger;
  readonly verdicts: VerdictComparison;
  /** How often the queue was built anew, as the scheduler-workers logged it. */
  readonly rebuilds: number;
  /** Calls of the API that had to be made again. */
  readonly refusals: number;
  /** What no fault may cause: answers of status 500, processes that ended by themselves. */
  readonly failures: readonly string[];
  readonly isWhole: boolean;
}

/** Starts a stack, does faults to it while runs go on, lets it heal, and reads the ledger. */
export async function runStorm(options: StormOptions): Promise<StormReport> {
  const { dataDir, programs, onLine, signal } = options;
  const world = await openWorld({ dataDir, programs, onLine, signal });
  try {
    return await weather(world, options);
  } finally {
    await world.close();
  }
}

/** How many images each tenant has: small runs make many of them, large ones keep Temporal's part small. */
export function imagesPerTenant(jobs: number): number {
  return Math.min(400, Math.max(20, Math.round(jobs / 60)));
}

async function weather(world: World, options: StormOptions): Promise<StormReport> {
  const { minutes, jobs, seed, onLine, signal } = options;
  const images = imagesPerTenant(jobs);
  onLine(`Workers: ${countLanguages(world.workers)}, and the stack's own`);
  onLine(`Filling ${stormTenants.length} tenants with ${images} images each`);
  for (let n = 0; n < firstAdvisories; n++) await uploadAdvisory(world, n);
  for (const tenant of stormTenants) await fillTenant(world, tenant, images);
  await fillTenant(world, canaryTenant, 1);

  const durationMs = minutes * 60_000;
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(), durationMs);
  const stop = AbortSignal.any([options.stop, signal, over.signal]);
  onLine(`Storm of ${minutes} min, seed ${seed}`);
  const [asked, faults] = await Promise.all([
    applyLoad(world, { runs: Math.ceil(jobs / images), durationMs, seed, stop: options.stop }),
    doFaults(world, { seed, stop, onLine }),
  ]).finally(() => clearTimeout(timer));

  onLine("The storm is over: everything heals");
  const endedMs = performance.now();
  await endSchedules(world, asked);
  let saidMs = 0;
  const say = ({ open, jobs: all, done }: { open: number; jobs: number; done: number }) => {
    if (performance.now() - saidMs < 5_000) return;
    saidMs = performance.now();
    onLine(`${open} runs open, ${done} of ${all} jobs closed`);
  };
  await settle(world, say, signal);
  const settledMs = Math.round(performance.now() - endedMs);
  const verdicts = await compareVerdicts(world, images, signal);
  const ledger = await readLedger(world, {
    ...asked,
    runs: [...asked.runs, ...verdicts.runs.map((id) => ({ tenant: "", id }))],
  });
  const failures = [
    ...unforeseenErrors(world.dataDir),
    ...world.crashes.map((name) => `${name} ended by itself`),
  ];
  return {
    seed,
    minutes,
    faults,
    settledMs,
    ledger,
    verdicts,
    rebuilds: countRebuilds(world.dataDir),
    refusals: world.api.refusals,
    failures,
    isWhole: ledger.broken.length === 0 && verdicts.different === 0 && failures.length === 0,
  };
}
