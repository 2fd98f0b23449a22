import { type RawBuilder, sql } from "kysely";
import type { Selection } from "../../model/images/selection.ts";
import { isRetried, type RetriedImages } from "./retried-images.ts";
import { isSelected } from "../images/selected.ts";
import type { TenantTx } from "../tenant.ts";

/** Components that advisories touch, each with the largest feed sequence that touches it; arrays in step. */
export interface TouchedComponents {
  readonly componentIds: readonly number[];
  readonly seqs: readonly number[];
}

/** Which images a run covers. Without a selection or a retry: those that carry a touched component. */
export interface Coverage {
  readonly retried?: RetriedImages;
  readonly selection: Selection | undefined;
  readonly touched: TouchedComponents;
  /** Count images with a fresh result in, too. */
  readonly isForced: boolean;
  /** Leave out images whose result is newer than this. */
  readonly reportedBefore: Date | null;
  readonly matcherVersion: number;
}

/** What a coverage resolves to: images to run, images left out as fresh, and the digest of the set. */
export interface SnapshotCounts {
  readonly planned: number;
  readonly withoutSbom: number;
  readonly fresh: number;
  readonly digest: string;
}

/**
 * An image is fresh when its result is of its current SBOM and of this matcher, and nothing that touches it
 * is newer than the result. The order of the snapshot is that of the image digests, images without an SBOM
 * last, so the same set has the same ordinals wherever it is built.
 */
function staleImages(tenant: string, coverage: Coverage): RawBuilder<unknown> {
  const { touched, isForced, reportedBefore, matcherVersion } = coverage;
  const candidates = candidatesOf(tenant, coverage);
  return sql`
    touched as materialized (
      select sc.sbom_id, max(t.seq) as seq
        from unnest(${touched.componentIds}::bigint[], ${touched.seqs}::bigint[]) as t (component_id, seq)
        join scheduler.sbom_components sc on sc.tenant_id = ${tenant} and sc.component_id = t.component_id
       group by sc.sbom_id
    ), candidate as materialized (
      select i.image_id, i.digest, i.sbom_id, i.sbom_seq, r.finished_at,
             r.image_id is null
               or (${reportedBefore}::timestamptz is null or r.finished_at < ${reportedBefore})
                 and (${isForced} or r.sbom_seq <> i.sbom_seq or r.matcher_version <> ${matcherVersion}
                      or coalesce(t.seq > r.feed_seq, false)) as is_stale
        from scheduler.images i
        left join scheduler.image_results r on r.tenant_id = ${tenant} and r.image_id = i.image_id
        left join touched t on t.sbom_id = i.sbom_id
       where i.tenant_id = ${tenant} and ${candidates}
    )`;
}

function candidatesOf(tenant: string, { selection, retried }: Coverage): RawBuilder<unknown> {
  if (retried !== undefined) return isRetried(tenant, retried);
  return selection === undefined ? sql`t.seq is not null` : isSelected(selection);
}

/** The smallest feed sequence among the results of selected images; undefined when none has a result. */
export async function oldestResultSeq(
  tx: TenantTx,
  tenant: string,
  selection: Selection,
): Promise<number | undefined> {
  const { rows } = await sql<{ seq: number | null }>`
    select min(r.feed_seq) as seq
      from scheduler.images i
      join scheduler.image_results r on r.tenant_id = ${tenant} and r.image_id = i.image_id
     where i.tenant_id = ${tenant} and ${isSelected(selection)}
  `.execute(tx);
  return rows[0]?.seq ?? undefined;
}

/** Writes the run's impact snapshot, at most `maxImages` of it, and tells its counts and digest. */
export async function writeSnapshot(
  tx: TenantTx,
  tenant: string,
  runId: string,
  coverage: Coverage,
  maxImages: number | undefined,
): Promise<SnapshotCounts> {
  const { rows } = await sql<{ planned: number; without_sbom: number; fresh: number }>`
    with ${staleImages(tenant, coverage)}, chosen as (
      select * from candidate where is_stale
       order by finished_at asc nulls first, digest collate "C"
       limit ${maxImages ?? null}
    ), written as (
      insert into scheduler.run_images (tenant_id, run_id, ordinal, image_id, image_digest, sbom_id, sbom_seq)
      select ${tenant}, ${runId},
             (row_number() over (order by (sbom_id is null), digest collate "C") - 1)::int,
             image_id, digest, sbom_id, sbom_seq
        from chosen
      returning sbom_id
    )
    select count(*)::int as planned, (count(*) filter (where sbom_id is null))::int as without_sbom,
           (select count(*) from candidate where not is_stale)::int as fresh
      from written
  `.execute(tx);
  const counts = rows[0]!;
  const digest = await snapshotDigest(tx, tenant, runId);
  return { planned: counts.planned, withoutSbom: counts.without_sbom, fresh: counts.fresh, digest };
}

/** What `writeSnapshot` would write, without writing it. */
export async function previewSnapshot(
  tx: TenantTx,
  tenant: string,
  coverage: Coverage,
  maxImages: number | undefined,
): Promise<SnapshotCounts> {
  const { rows } = await sql<{ planned: number; without_sbom: number; fresh: number; digest: string }>`
    with ${staleImages(tenant, coverage)}, chosen as (
      select c.digest as image_digest, c.sbom_id from candidate c where is_stale
       order by finished_at asc nulls first, digest collate "C"
       limit ${maxImages ?? null}
    )
    select count(*)::int as planned, (count(*) filter (where c.sbom_id is null))::int as without_sbom,
           (select count(*) from candidate where not is_stale)::int as fresh, ${setDigest} as digest
      from chosen c left join scheduler.sboms s on s.tenant_id = ${tenant} and s.sbom_id = c.sbom_id
  `.execute(tx);
  const row = rows[0]!;
  return { planned: row.planned, withoutSbom: row.without_sbom, fresh: row.fresh, digest: row.digest };
}

/**
 * SHA-256 over one line for each image, `<image digest> <SBOM digest or ->`, sorted by bytes. For a query in
 * which images are `c (image_digest)` and their SBOMs, joined from the left, `s`.
 */
export const setDigest = sql`'sha256:' || encode(sha256(coalesce(string_agg(
  convert_to(c.image_digest || ' ' || coalesce(s.digest, '-') || E'\n', 'UTF8'), ''::bytea
  order by c.image_digest collate "C"), ''::bytea)), 'hex')`;

async function snapshotDigest(tx: TenantTx, tenant: string, runId: string): Promise<string> {
  const { rows } = await sql<{ digest: string }>`
    select ${setDigest} as digest
      from scheduler.run_images c
      left join scheduler.sboms s on s.tenant_id = ${tenant} and s.sbom_id = c.sbom_id
     where c.tenant_id = ${tenant} and c.run_id = ${runId}
  `.execute(tx);
  return rows[0]!.digest;
}
