import { setTimeout as sleep } from "node:timers/promises";
import { type FaultKind, faultsOf } from "./fault.ts";
import { timeToHeal } from "./heal.ts";
import { inflict, victimOf } from "./inflict.ts";
import type { World } from "./world.ts";

/** A fault that was done, and what it took to get over it. */
export interface DoneFault {
  readonly kind: FaultKind;
  readonly victim: string;
  /** Since the first one could come. */
  readonly atMs: number;
  /** From the instant the hand was off until a whole run, asked for then, had completed. */
  readonly healedMs: number;
  /** Another fault came before that, and its healing is in this one's time. */
  readonly isOverlapped: boolean;
}

export interface DoFaultsOptions {
  readonly seed: number;
  /** After this no fault begins, and one that goes on is cut short. */
  readonly stop: AbortSignal;
  readonly onLine: (line: string) => void;
}

/** On a busy machine healing takes long, and the next fault does not wait for longer than this. */
const patienceMs = 10_000;

/** Does the faults of a seed, one after the other, until it is told to stop; answers when all have healed. */
export async function doFaults(world: World, { seed, stop, onLine }: DoFaultsOptions): Promise<DoneFault[]> {
  const startedMs = performance.now();
  const done: Promise<DoneFault>[] = [];
  let begun = 0;
  for (const fault of faultsOf(seed)) {
    if (!fault.isHasty) {
      await Promise.race([
        Promise.all(done),
        sleep(patienceMs, undefined, { signal: stop }).catch(() => undefined),
      ]);
    }
    await sleep(fault.waitMs, undefined, { signal: stop }).catch(() => undefined);
    if (stop.aborted) break;
    const { kind, lengthMs } = fault;
    const victim = victimOf(world, fault);
    const number = ++begun;
    const atMs = Math.round(performance.now() - startedMs);
    onLine(
      `${(atMs / 1_000).toFixed(1).padStart(7)} s  ${kind} ${victim}${lengthMs === 0 ? "" : ` ${(lengthMs / 1_000).toFixed(1)} s`}`,
    );
    await inflict(world, fault, stop);
    const healed = timeToHeal(world, `canary-${seed}-${number}`).then((healedMs) => ({
      kind,
      victim,
      atMs,
      healedMs,
      isOverlapped: begun > number,
    }));
    healed.catch(() => undefined); // Heard of below.
    done.push(healed);
  }
  return Promise.all(done);
}
