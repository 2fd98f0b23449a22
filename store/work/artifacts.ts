import type { Insertable } from "kysely";
import type { ArtifactsTable } from "../tables.ts";
import type { TenantTx } from "../tenant.ts";

/** Notes an artifact; false when the attempt has one of this name with other bytes. */
export async function insertArtifact(tx: TenantTx, row: Insertable<ArtifactsTable>): Promise<boolean> {
  await tx
    .insertInto("scheduler.artifacts")
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const kept = await tx
    .selectFrom("scheduler.artifacts")
    .select("digest")
    .where("tenant_id", "=", row.tenant_id)
    .where("job_id", "=", row.job_id)
    .where("attempt", "=", row.attempt)
    .where("name", "=", row.name)
    .executeTakeFirstOrThrow();
  return kept.digest === row.digest;
}
