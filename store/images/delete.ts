import { sql } from "kysely";
import type { TenantTx } from "../tenant.ts";

/** What guards a delete: the revision that the caller has read, `undefined` for any. */
export type DeleteVerdict = "deleted" | "not_found" | "stale";

/**
 * Deletes an image with its tags, labels and current result, and ends its open findings. What runs wrote
 * about it (snapshots, deltas, ended findings) stays. One guarded statement decides.
 */
export async function deleteImage(
  tx: TenantTx,
  tenant: string,
  now: Date,
  digest: string,
  revision: number | undefined,
): Promise<DeleteVerdict> {
  const { rows } = await sql<{ imageId: number; isCurrent: boolean }>`
    with found as (
      select image_id, (${revision ?? null}::int is null or revision = ${revision ?? null}::int) as is_current
        from scheduler.images where tenant_id = ${tenant} and digest = ${digest} for update
    ), gone as (
      delete from scheduler.images i using found f
       where i.tenant_id = ${tenant} and i.image_id = f.image_id and f.is_current
    )
    select image_id as "imageId", is_current as "isCurrent" from found
  `.execute(tx);
  const found = rows[0];
  if (found === undefined) return "not_found";
  if (!found.isCurrent) return "stale";
  await sql`
    with results as (
      delete from scheduler.image_results where tenant_id = ${tenant} and image_id = ${found.imageId}
    )
    update scheduler.findings set to_at = ${now}, to_cause = 'image_deleted'
     where tenant_id = ${tenant} and image_id = ${found.imageId} and to_at is null
  `.execute(tx);
  return "deleted";
}
