import { Kysely, PostgresDialect } from "kysely";
import pg from "pg";

/** What a pool needs to know. Times in milliseconds. */
export interface PoolOptions {
  readonly url: string;
  readonly applicationName: string;
  readonly maxConnections: number;
  readonly statementTimeoutMs?: number;
  /** Called when an idle connection breaks; without a listener the process would die (SQLSTATE 57P01). */
  readonly onIdleError: (error: Error) => void;
}

// int8 arrives as a string by default. Ours count rows, bytes and sequences, all below 2^53.
pg.types.setTypeParser(pg.types.builtins.INT8, (text) => {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`The int8 ${text} does not fit a number.`);
  return value;
});

/**
 * A Kysely instance on a pool of its own. Every wait is bounded: connecting 5 s, a lock 10 s, a
 * statement 60 s unless told otherwise, a transaction that does nothing 20 s: what a frozen process has locked is free
 * again by then.
 */
export function connectPostgres<Tables>(options: PoolOptions): Kysely<Tables> {
  const pool = new pg.Pool({
    connectionString: options.url,
    application_name: options.applicationName,
    max: options.maxConnections,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 30_000,
    statement_timeout: options.statementTimeoutMs ?? 60_000,
    lock_timeout: 10_000,
    idle_in_transaction_session_timeout: 20_000,
    keepAlive: true,
  });
  pool.on("error", options.onIdleError);
  // The pool listens to idle clients only. One that breaks inside a transaction, between two statements, would
  // end the process; its next statement fails anyway, and that is where the error is dealt with.
  pool.on("connect", (client) => client.on("error", () => undefined));
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
}
