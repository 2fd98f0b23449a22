import type { Fault } from "./fault.ts";
import { freeze } from "./inflict/freeze.ts";
import { killPostgres, pausePostgres } from "./inflict/postgres.ts";
import { ageValkey, emptyValkey, flushValkey, killValkey } from "./inflict/valkey.ts";
import { secondSchedulerWorker, type World } from "./world.ts";

/** The part that a fault is done to. */
export function victimOf({ workers }: Pick<World, "workers">, { kind, victim }: Fault): string {
  switch (kind) {
    case "worker-kill":
    case "worker-freeze":
      return workers[Math.floor(victim * workers.length)]?.name ?? "scan-worker";
    case "scheduler-worker-kill":
    case "scheduler-worker-freeze":
      return victim < 0.5 ? "scheduler-worker" : secondSchedulerWorker;
    case "scheduler-web-kill":
      return "scheduler-web";
    case "postgres-pause":
    case "postgres-kill":
      return "postgres";
    case "valkey-flush":
    case "valkey-kill":
    case "valkey-empty":
    case "valkey-older":
      return "valkey";
    default:
      return kind satisfies never;
  }
}

/**
 * Does one fault and takes its hand off: what was stopped goes on, what was killed has been started again.
 * `stop` makes pauses short.
 */
export async function inflict(world: World, fault: Fault, stop: AbortSignal): Promise<void> {
  const { kind, lengthMs } = fault;
  const victim = victimOf(world, fault);
  switch (kind) {
    case "worker-kill":
    case "scheduler-worker-kill":
    case "scheduler-web-kill":
      await world.kill(victim);
      await world.revive();
      return;
    case "worker-freeze":
    case "scheduler-worker-freeze":
      // A worker of another language may have a matcher below it, which goes on.
      return freeze([world.part(victim).pid], lengthMs, stop);
    case "postgres-pause":
      return pausePostgres(world, lengthMs, stop);
    case "postgres-kill":
      return killPostgres(world);
    case "valkey-flush":
      return flushValkey(world);
    case "valkey-kill":
      return killValkey(world);
    case "valkey-empty":
      return emptyValkey(world);
    case "valkey-older":
      return ageValkey(world, lengthMs, stop);
    default:
      return kind satisfies never;
  }
}
