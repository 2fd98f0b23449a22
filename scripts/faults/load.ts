import { setTimeout as sleep } from "node:timers/promises";
import { advisories, firstAdvisories, imageDigest, stormTenants, uploadAdvisory } from "./material.ts";
import { seededRandom } from "./random.ts";
import type { World } from "./world.ts";

/** What was asked of the engine while the faults went on, as its answers said. */
export interface Asked {
  readonly runs: readonly { readonly tenant: string; readonly id: string }[];
  readonly cancels: number;
  readonly schedules: readonly { readonly tenant: string; readonly id: string }[];
  readonly advisories: number;
}

export interface LoadOptions {
  /** How many runs there are in all, spread evenly over the time. */
  readonly runs: number;
  readonly durationMs: number;
  readonly seed: number;
  /** Ends the load early; what was asked until then is answered for. */
  readonly stop: AbortSignal;
}

/** One run in so many is cancelled soon after it was asked for. */
const cancelledShare = 1 / 15;

/**
 * Asks for runs at an even pace, each under a key of its own, so that asking again after an answer that did not
 * come must not make two. Some are cancelled; a schedule of each tenant fires every ten seconds; new advisories come
 * in the first half.
 */
export async function applyLoad(world: World, options: LoadOptions): Promise<Asked> {
  const { runs, durationMs, seed, stop } = options;
  const random = seededRandom(seed ^ 0x10ad);
  const asked: { tenant: string; id: string }[] = [];
  const cancelling: Promise<unknown>[] = [];
  const schedules = await Promise.all(stormTenants.map(async (tenant) => createSchedule(world, tenant)));
  let known = firstAdvisories;
  const startedMs = performance.now();
  for (let n = 0; n < runs && !stop.aborted; n++) {
    const dueMs = (n / runs) * durationMs;
    await sleep(Math.max(0, dueMs - (performance.now() - startedMs)), undefined, { signal: stop }).catch(
      () => undefined,
    );
    if (stop.aborted) break;
    while (
      known < advisories &&
      n / runs > (known - firstAdvisories) / (2 * (advisories - firstAdvisories))
    ) {
      await uploadAdvisory(world, known++);
    }
    const tenant = stormTenants[n % stormTenants.length] ?? stormTenants[0];
    const isCancelled = random() < cancelledShare;
    const cancelAfterMs = random() * 2_000;
    const run = await createRun(world, tenant, `run-${seed}-${n}`);
    asked.push({ tenant, id: run });
    if (isCancelled) cancelling.push(sleep(cancelAfterMs).then(() => cancelRun(world, tenant, run)));
  }
  while (known < advisories) await uploadAdvisory(world, known++);
  await Promise.all(cancelling);
  return { runs: asked, cancels: cancelling.length, schedules, advisories: known };
}

/** Ends the schedules, so that no new run begins. */
export async function endSchedules(world: World, { schedules }: Asked): Promise<void> {
  for (const { tenant, id } of schedules) {
    await world.api.ask(tenant, "POST", `/api/v1/scheduler/schedules/${id}/pause`, { body: {} });
  }
}

/** A run over every image of a tenant. */
export async function createRun(
  { api }: World,
  tenant: string,
  key: string,
  body: object = { selection: { scope: "all" }, force: true },
): Promise<string> {
  const { id } = await api.ask<{ id: string }>(tenant, "POST", "/api/v1/scheduler/runs", { body, key });
  return id;
}

async function cancelRun({ api }: World, tenant: string, id: string): Promise<void> {
  const path = `/api/v1/scheduler/runs/${id}/cancel`;
  await api.ask(tenant, "POST", path, { body: {}, isDoneByConflict: true });
}

async function createSchedule({ api }: World, tenant: string): Promise<{ tenant: string; id: string }> {
  const body = {
    name: "every ten seconds",
    whenCron: "*/10 * * * * *",
    selection: { scope: "digest", digests: [imageDigest(0)] },
  };
  const key = `schedule-${tenant}`;
  const { id } = await api.ask<{ id: string }>(tenant, "POST", "/api/v1/scheduler/schedules", { body, key });
  return { tenant, id };
}
