import { type Selectable, sql } from "kysely";
import type { WorkersTable } from "../tables.ts";
import type { EngineTx } from "../tenant.ts";

/** A registration with what stands about its pool and its queue. */
export interface WorkerRow extends Selectable<WorkersTable> {
  readonly pool: string;
  /** Whose jobs the pool takes; null: everybody's. */
  readonly pool_tenant: string | null;
  /** The life of the queue that is now; null before it was opened the first time. */
  readonly queue_epoch: string | null;
  readonly pool_drain_reason: string | null;
  readonly pool_drain_at: Date | null;
  readonly pool_drain_by: string | null;
}

/** Which workers a list shows; every given filter must hold. */
export interface WorkerFilter {
  readonly pool?: string | undefined;
  readonly host?: string | undefined;
  readonly language?: string | undefined;
  readonly kind?: string | undefined;
  /** The tenant whose own pools and shared ones are shown; null or absent: all. */
  readonly visibleTo?: string | null | undefined;
  /** Without those that said goodbye. */
  readonly isHere?: boolean | undefined;
}

const selected = sql`
  select w.*, k.pool, p.tenant as pool_tenant, q.epoch as queue_epoch,
         d.reason as pool_drain_reason, d.changed_at as pool_drain_at, d.changed_by as pool_drain_by
    from scheduler.workers w
    join scheduler.worker_keys k on k.key_id = w.key_id
    join scheduler.pools p on p.pool = k.pool
    left join scheduler.queues q on q.queue = k.pool
    left join scheduler.pool_drains d on d.pool = k.pool and d.reason is not null
`;

/** Workers, the latest registered first, before an id: ids are ordered by time. */
export async function listWorkerRows(
  tx: EngineTx,
  filter: WorkerFilter,
  beforeId: string | undefined,
  limit: number,
): Promise<WorkerRow[]> {
  const conditions = [
    ...(beforeId === undefined ? [] : [sql`w.worker_id < ${beforeId}`]),
    ...(filter.pool === undefined ? [] : [sql`k.pool = ${filter.pool}`]),
    ...(filter.host === undefined ? [] : [sql`w.host = ${filter.host}`]),
    ...(filter.language === undefined ? [] : [sql`split_part(w.sdk, '/', 1) = ${filter.language}`]),
    ...(filter.kind === undefined ? [] : [sql`${filter.kind} = any (w.kinds)`]),
    ...(filter.visibleTo == null ? [] : [sql`(p.tenant is null or p.tenant = ${filter.visibleTo})`]),
    ...(filter.isHere === true ? [sql`w.left_at is null`] : []),
    sql`true`,
  ];
  const { rows } = await sql<WorkerRow>`
    ${selected} where ${sql.join(conditions, sql` and `)} order by w.worker_id desc limit ${limit}
  `.execute(tx);
  return rows;
}

export async function findWorkerRow(tx: EngineTx, workerId: string): Promise<WorkerRow | undefined> {
  const { rows } = await sql<WorkerRow>`${selected} where w.worker_id = ${workerId}`.execute(tx);
  return rows[0];
}
