import { sql } from "kysely";
import type { TenantTx } from "../tenant.ts";

/** Whether anything of the tenant's is kept in the blob with this digest. */
export async function isBlobReferenced(tx: TenantTx, tenant: string, digest: string): Promise<boolean> {
  const { rows } = await sql<{ isReferenced: boolean }>`
    select exists (select from scheduler.sboms where tenant_id = ${tenant} and digest = ${digest})
        or exists (select from scheduler.artifacts where tenant_id = ${tenant} and digest = ${digest}) as "isReferenced"
  `.execute(tx);
  return rows[0]?.isReferenced ?? true;
}
