import { sql } from "kysely";
import type { EngineTx, TenantTx } from "./tenant.ts";

/** Lets the statements of this transaction take longer than others may. */
export async function allowStatementTime(tx: EngineTx | TenantTx, ms: number): Promise<void> {
  await sql`set local statement_timeout = ${sql.lit(ms)}`.execute(tx);
}
