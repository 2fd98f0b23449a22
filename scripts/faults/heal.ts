import { setTimeout as sleep } from "node:timers/promises";
import { createRun } from "./load.ts";
import { canaryTenant, imageDigest } from "./material.ts";
import type { World } from "./world.ts";

const everyMs = 100;

/**
 * How long until a whole run has completed that was asked for now: API, Temporal, plan, queue, worker, ingest and
 * close have to work for that. In milliseconds.
 */
export async function timeToHeal(world: World, key: string): Promise<number> {
  const startedMs = performance.now();
  const body = { selection: { scope: "digest", digests: [imageDigest(0)] }, force: true };
  const id = await createRun(world, canaryTenant, key, body);
  for (;;) {
    const path = `/api/v1/scheduler/runs/${id}`;
    const { state } = await world.api.ask<{ state: string }>(canaryTenant, "GET", path);
    if (state === "completed") return Math.round(performance.now() - startedMs);
    if (state === "error" || state === "cancelled") throw new Error(`The run ${id} ended as ${state}.`);
    await sleep(everyMs);
  }
}
