import { sql } from "kysely";
import type { EngineTx } from "../tenant.ts";

/** Ended attempts by tenant and kind. */
export interface FleetTallyRow {
  readonly tenant: string;
  readonly kind: string;
  readonly is_recent: boolean;
  readonly succeeded: number;
  readonly failed: number;
  readonly crashed: number;
  readonly refuted: number;
}

export interface WorkerTallyRow extends FleetTallyRow {
  readonly worker_id: string;
}

/** Which hours count: all since `since`, and which of them are recent. */
export interface TallyWindow {
  readonly since: Date;
  readonly recent: Date;
}

/** By worker, tenant and kind, recent hours apart. */
export async function listWorkerTallies(
  tx: EngineTx,
  window: TallyWindow,
  workerIds: readonly string[],
): Promise<WorkerTallyRow[]> {
  const { rows } = await sql<WorkerTallyRow>`
    select worker_id, tenant_id as tenant, kind, hour >= ${window.recent} as is_recent, ${sums}
      from scheduler.worker_tallies
     where worker_id = any (${workerIds}::text[]) and hour >= ${window.since}
     group by 1, 2, 3, 4
  `.execute(tx);
  return rows;
}

/** The same of all workers together. */
export async function listFleetTallies(tx: EngineTx, window: TallyWindow): Promise<FleetTallyRow[]> {
  const { rows } = await sql<FleetTallyRow>`
    select tenant_id as tenant, kind, hour >= ${window.recent} as is_recent, ${sums}
      from scheduler.worker_tallies
     where hour >= ${window.since}
     group by 1, 2, 3
  `.execute(tx);
  return rows;
}

export async function pruneTallies(tx: EngineTx, before: Date): Promise<void> {
  await tx.deleteFrom("scheduler.worker_tallies").where("hour", "<", before).execute();
}

const sums = sql`
  sum(succeeded)::int8 as succeeded, sum(failed)::int8 as failed, sum(crashed)::int8 as crashed,
  sum(refuted)::int8 as refuted
`;
