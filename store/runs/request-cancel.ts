import { sql } from "kysely";
import type { TenantTx } from "../tenant.ts";

/** Notes once that a run is to be cancelled, and by whom. */
export async function requestCancel(
  tx: TenantTx,
  now: Date,
  key: { readonly tenant: string; readonly runId: string },
  by: string,
): Promise<void> {
  await sql`
    update scheduler.runs set cancel_requested_at = ${now}, cancel_requested_by = ${by}
     where tenant_id = ${key.tenant} and run_id = ${key.runId} and cancel_requested_at is null
       and state in ('planning', 'queued', 'running')
  `.execute(tx);
}
