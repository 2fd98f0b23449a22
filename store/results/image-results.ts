import { type Selectable, sql } from "kysely";
import type { ImageResultsTable } from "../tables.ts";
import type { EngineTx } from "../tenant.ts";

export type ImageResultRow = Selectable<ImageResultsTable>;

/** Keeps other ingests of this tenant out until the commit, so that results of one image come one by one. */
export async function lockTenantResults(tx: EngineTx, tenant: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`results\n${tenant}`}, 0))`.execute(tx);
}

/** The current results of images, by image id; images that were deleted meanwhile are told apart. */
export async function getImageResults(
  tx: EngineTx,
  tenant: string,
  imageIds: readonly number[],
): Promise<{ existing: Set<number>; results: Map<number, ImageResultRow> }> {
  const { rows } = await sql<{ existing_id: number } & Partial<ImageResultRow>>`
    select i.image_id as existing_id, r.*
      from scheduler.images i
      left join scheduler.image_results r on r.tenant_id = i.tenant_id and r.image_id = i.image_id
     where i.tenant_id = ${tenant} and i.image_id = any(${imageIds}::bigint[])
  `.execute(tx);
  return {
    existing: new Set(rows.map((row) => row.existing_id)),
    results: new Map(
      rows.flatMap((row) =>
        row.image_id == null ? [] : [[row.existing_id, row as ImageResultRow] as const],
      ),
    ),
  };
}

/** Makes these the current results of their images, which must be distinct. */
export async function putImageResults(
  tx: EngineTx,
  tenant: string,
  rows: readonly Omit<ImageResultRow, "tenant_id">[],
) {
  if (rows.length === 0) return;
  const column = <K extends keyof (typeof rows)[number]>(name: K) => rows.map((row) => row[name]);
  await sql`
    insert into scheduler.image_results (tenant_id, image_id, run_id, sbom_id, sbom_seq, feed_seq, matcher_version,
                                         components, matchable, not_covered, findings, critical, high, finished_at)
    select ${tenant}, r.*
      from unnest(${column("image_id")}::bigint[], ${column("run_id")}::text[], ${column("sbom_id")}::bigint[],
                  ${column("sbom_seq")}::int[], ${column("feed_seq")}::bigint[], ${column("matcher_version")}::int[],
                  ${column("components")}::int[], ${column("matchable")}::int[], ${column("not_covered")}::int[],
                  ${column("findings")}::int[], ${column("critical")}::int[], ${column("high")}::int[],
                  ${column("finished_at")}::timestamptz[]) as r
    on conflict (tenant_id, image_id) do update
      set run_id = excluded.run_id, sbom_id = excluded.sbom_id, sbom_seq = excluded.sbom_seq,
          feed_seq = excluded.feed_seq, matcher_version = excluded.matcher_version,
          components = excluded.components, matchable = excluded.matchable, not_covered = excluded.not_covered,
          findings = excluded.findings, critical = excluded.critical, high = excluded.high,
          finished_at = excluded.finished_at
  `.execute(tx);
}
