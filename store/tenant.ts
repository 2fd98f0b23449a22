import { type Kysely, type Transaction, sql } from "kysely";
import type { Tables } from "./tables.ts";

/** A transaction in which row-level security lets through the rows of one tenant only. */
export type TenantTx = Transaction<Tables> & { readonly __tenant?: never };

/** A transaction of the engine role, which sees every tenant: for ticker, ingest, outbox, reconciler. */
export type EngineTx = Transaction<Tables>;

/**
 * A database with the clock that its transactions go by. Statements never ask for the time: they are
 * given `now`, so that tests can run through virtual days.
 */
export interface Database {
  readonly kysely: Kysely<Tables>;
  /** Turns the database's own time into the time to go by; the identity outside tests. */
  readonly clock: (databaseNow: Date) => Date;
}

/** The tenant of shared rows; no identity can carry it. */
export const sharedTenant = "*";

/**
 * The only door of request code to tenant rows: one transaction with `app.tenant_id` set. `now` is the
 * transaction's own instant in milliseconds. A deadlock or serialization failure is tried again, twice.
 */
export async function withTenant<T>(
  db: Database,
  tenant: string,
  work: (tx: TenantTx, now: Date) => Promise<T>,
): Promise<T> {
  return inTransaction(db, work, (tx) =>
    sql<{ now: Date }>`
      select set_config('app.tenant_id', ${tenant}, true), date_trunc('milliseconds', now()) as now
    `.execute(tx),
  );
}

/** One transaction of the engine role, across tenants; `db` must be connected as that role. */
export async function withEngine<T>(db: Database, work: (tx: EngineTx, now: Date) => Promise<T>): Promise<T> {
  return inTransaction(db, work, (tx) =>
    sql<{ now: Date }>`select date_trunc('milliseconds', now()) as now`.execute(tx),
  );
}

async function inTransaction<T>(
  db: Database,
  work: (tx: Transaction<Tables>, now: Date) => Promise<T>,
  begin: (tx: Transaction<Tables>) => Promise<{ rows: { now: Date }[] }>,
): Promise<T> {
  for (let failures = 0; ; failures++) {
    try {
      return await db.kysely.transaction().execute(async (tx) => {
        const { rows } = await begin(tx);
        const now = rows[0]?.now;
        if (now === undefined) throw new Error("PostgreSQL did not tell the time.");
        return work(tx, db.clock(now));
      });
    } catch (error) {
      if (failures >= 2 || !isTransient(error)) throw error;
    }
  }
}

/** Serialization failure and deadlock: the transaction did nothing and may run again as it is. */
function isTransient(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return code === "40001" || code === "40P01";
}
