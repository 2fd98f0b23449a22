import type { Selectable } from "kysely";
import type { WatermarksTable } from "../tables.ts";
import type { TenantTx } from "../tenant.ts";

export type WatermarkRow = Selectable<WatermarksTable>;

/** Names one watermark. */
export interface WatermarkKey {
  readonly tenant: string;
  readonly kind: string;
  readonly name: string;
}

/** Undefined for one that was never moved. */
export async function findWatermark(tx: TenantTx, key: WatermarkKey): Promise<WatermarkRow | undefined> {
  return tx
    .selectFrom("scheduler.watermarks")
    .selectAll()
    .where("tenant_id", "=", key.tenant)
    .where("kind", "=", key.kind)
    .where("name", "=", key.name)
    .executeTakeFirst();
}

/** Watermarks of a tenant by kind and name, after one. */
export async function listWatermarks(
  tx: TenantTx,
  where: {
    readonly tenant: string;
    readonly kind: string | undefined;
    readonly after: Pick<WatermarkKey, "kind" | "name"> | undefined;
  },
  limit: number,
): Promise<WatermarkRow[]> {
  const { tenant, kind, after } = where;
  let query = tx.selectFrom("scheduler.watermarks").selectAll().where("tenant_id", "=", tenant);
  if (kind !== undefined) query = query.where("kind", "=", kind);
  if (after !== undefined) {
    query = query.where((where) =>
      where(where.refTuple("kind", "name"), ">", where.tuple(after.kind, after.name)),
    );
  }
  return query.orderBy("kind").orderBy("name").limit(limit).execute();
}
