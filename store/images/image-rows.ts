import { type RawBuilder, sql } from "kysely";
import type { TenantTx } from "../tenant.ts";
import type { SbomRow } from "../sboms/sbom-rows.ts";

/** An image with its side tables and current SBOM. */
export interface ImageRow {
  readonly imageId: number;
  readonly digest: string;
  readonly namespace: string;
  readonly repository: string;
  readonly tags: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly revision: number;
  readonly sbomSeq: number;
  readonly sbom: SbomRow | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly lastSeenAt: Date;
}

const imageColumns = sql`
  i.image_id as "imageId", i.digest, i.namespace, i.repository, i.revision, i.sbom_seq as "sbomSeq",
  i.created_at as "createdAt", i.updated_at as "updatedAt", i.last_seen_at as "lastSeenAt",
  array(select t.tag from scheduler.image_tags t
         where t.tenant_id = i.tenant_id and t.image_id = i.image_id order by t.tag collate "C") as tags,
  coalesce((select jsonb_object_agg(l.key, l.value) from scheduler.image_labels l
             where l.tenant_id = i.tenant_id and l.image_id = i.image_id), '{}') as labels,
  case when s.sbom_id is null then null else jsonb_build_object(
    'sbomId', s.sbom_id, 'digest', s.digest, 'format', s.format, 'specVersion', s.spec_version, 'bytes', s.bytes,
    'componentCount', s.component_count, 'matchableCount', s.matchable_count, 'unmatchable', s.unmatchable
  ) end as sbom`;

/** The image with this digest. */
export async function findImage(tx: TenantTx, tenant: string, digest: string): Promise<ImageRow | undefined> {
  const rows = await readImages(tx, tenant, sql`i.digest = ${digest}`, 1);
  return rows[0];
}

/** Which images a list shows; every given filter must hold. */
export interface ImageFilter {
  readonly namespace?: string | undefined;
  readonly repository?: string | undefined;
  readonly digest?: string | undefined;
  readonly tag?: string | undefined;
  readonly labels?: Readonly<Record<string, string>>;
  readonly hasSbom?: boolean | undefined;
}

/** Images in the order in which they were added, from behind `after`, at most `limit`. */
export async function listImages(
  tx: TenantTx,
  tenant: string,
  filter: ImageFilter,
  after: number,
  limit: number,
): Promise<ImageRow[]> {
  const conditions: RawBuilder<unknown>[] = [sql`i.image_id > ${after}`];
  if (filter.namespace !== undefined) conditions.push(sql`i.namespace = ${filter.namespace}`);
  if (filter.repository !== undefined) conditions.push(sql`i.repository = ${filter.repository}`);
  if (filter.digest !== undefined) conditions.push(sql`i.digest = ${filter.digest}`);
  if (filter.hasSbom !== undefined) {
    conditions.push(filter.hasSbom ? sql`i.sbom_id is not null` : sql`i.sbom_id is null`);
  }
  if (filter.tag !== undefined) {
    conditions.push(sql`exists (select from scheduler.image_tags t
      where t.tenant_id = ${tenant} and t.tag = ${filter.tag} and t.image_id = i.image_id)`);
  }
  for (const [key, value] of Object.entries(filter.labels ?? {})) {
    conditions.push(sql`exists (select from scheduler.image_labels l
      where l.tenant_id = ${tenant} and l.key = ${key} and l.value = ${value} and l.image_id = i.image_id)`);
  }
  return readImages(tx, tenant, sql.join(conditions, sql` and `), limit);
}

async function readImages(
  tx: TenantTx,
  tenant: string,
  condition: RawBuilder<unknown>,
  limit: number,
): Promise<ImageRow[]> {
  const { rows } = await sql<ImageRow>`
    select ${imageColumns}
      from scheduler.images i
      left join scheduler.sboms s on s.tenant_id = i.tenant_id and s.sbom_id = i.sbom_id
     where i.tenant_id = ${tenant} and ${condition}
     order by i.image_id
     limit ${limit}
  `.execute(tx);
  return rows;
}
