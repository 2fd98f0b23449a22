import { sql } from "kysely";
import type { TenantTx } from "../tenant.ts";
import type { WatermarkKey, WatermarkRow } from "./rows.ts";

export interface NewMove extends WatermarkKey {
  readonly from: string | null;
  readonly to: string;
  readonly jobId: string;
  /** The most watermarks of the kind; a new one beyond them is not made. */
  readonly most: number;
}

/**
 * Moves a watermark if it has the value `from`; the row as it is then, or undefined when it had another. The
 * same move of the same job again finds its own work and moves nothing.
 */
export async function moveWatermark(
  tx: TenantTx,
  now: Date,
  { tenant, kind, name, from, to, jobId, most }: NewMove,
): Promise<WatermarkRow | undefined> {
  const { rows } = await sql<WatermarkRow>`
    insert into scheduler.watermarks as w (tenant_id, kind, name, value, moved_from, moved_by_job, moved_at, revision)
    select ${tenant}, ${kind}, ${name}, ${to}, ${from}, ${jobId}, ${now}, 1
     where ${from}::text is null and
           (select count(*) from (select 1 from scheduler.watermarks o
                                   where o.tenant_id = ${tenant} and o.kind = ${kind} limit ${most}) others) < ${most}
        or exists (select 1 from scheduler.watermarks o
                    where o.tenant_id = ${tenant} and o.kind = ${kind} and o.name = ${name})
    on conflict (tenant_id, kind, name) do update
       set value = excluded.value, moved_from = excluded.moved_from, moved_by_job = excluded.moved_by_job,
           moved_by = null, moved_at = excluded.moved_at, revision = w.revision + 1
     where w.value is not distinct from excluded.moved_from
    returning *
  `.execute(tx);
  return rows[0];
}
