import { sql } from "kysely";
import type { ImageUpsert } from "../../model/images/image.ts";
import type { TenantTx } from "../tenant.ts";

export type ImageStatus = "created" | "updated" | "unchanged";

interface KnownImage {
  readonly imageId: number;
  readonly digest: string;
  readonly repository: string;
  readonly namespace: string;
  readonly tags: string[];
  readonly labels: Record<string, string>;
}

/**
 * Upserts images, each digest at most once, and answers what became of each in the order given. Tags and
 * labels are replaced. `last_seen_at` moves forward only and never past `now`; that alone is no change.
 */
export async function upsertImages(
  tx: TenantTx,
  tenant: string,
  now: Date,
  images: readonly ImageUpsert[],
): Promise<ImageStatus[]> {
  const created = await insertNew(tx, tenant, now, images);
  const known = await lockKnown(tx, tenant, images);
  const changed = images.filter((image) => {
    const before = known.get(image.digest);
    return before !== undefined && !created.has(image.digest) && isChanged(before, image);
  });
  await updateRows(tx, tenant, now, changed);
  await moveLastSeen(
    tx,
    tenant,
    now,
    images.filter(({ digest }) => !created.has(digest)),
  );
  const idOf = ({ digest }: ImageUpsert): number => created.get(digest) ?? known.get(digest)?.imageId ?? 0;
  await clearTagsAndLabels(tx, tenant, changed.map(idOf));
  const written = [...images.filter(({ digest }) => created.has(digest)), ...changed];
  await insertTagsAndLabels(
    tx,
    tenant,
    written.map((image) => ({ imageId: idOf(image), tags: image.tags, labels: image.labels })),
  );
  const changedDigests = new Set(changed.map(({ digest }) => digest));
  return images.map(({ digest }) => {
    if (created.has(digest)) return "created";
    return changedDigests.has(digest) ? "updated" : "unchanged";
  });
}

/** Rows go in sorted by digest: two batches that share images never wait for each other in a circle. */
async function insertNew(
  tx: TenantTx,
  tenant: string,
  now: Date,
  images: readonly ImageUpsert[],
): Promise<Map<string, number>> {
  const { rows } = await sql<{ digest: string; imageId: number }>`
    insert into scheduler.images (tenant_id, digest, namespace, repository, created_at, updated_at, last_seen_at)
    select ${tenant}, g.digest, g.namespace, g.repository, ${now}, ${now},
           least(coalesce(g.last_seen_at, ${now}), ${now})
      from unnest(${images.map((image) => image.digest)}::text[], ${images.map((image) => image.namespace)}::text[],
                  ${images.map((image) => image.repository)}::text[],
                  ${images.map((image) => image.lastSeenAt ?? null)}::timestamptz[])
           as g (digest, namespace, repository, last_seen_at)
     order by g.digest
    on conflict do nothing
    returning digest, image_id as "imageId"
  `.execute(tx);
  return new Map(rows.map(({ digest, imageId }) => [digest, imageId]));
}

async function lockKnown(
  tx: TenantTx,
  tenant: string,
  images: readonly ImageUpsert[],
): Promise<Map<string, KnownImage>> {
  const { rows } = await sql<KnownImage>`
    select i.image_id as "imageId", i.digest, i.repository, i.namespace,
           array(select t.tag from scheduler.image_tags t
                  where t.tenant_id = i.tenant_id and t.image_id = i.image_id) as tags,
           coalesce((select jsonb_object_agg(l.key, l.value) from scheduler.image_labels l
                      where l.tenant_id = i.tenant_id and l.image_id = i.image_id), '{}') as labels
      from scheduler.images i
     where i.tenant_id = ${tenant} and i.digest = any(${images.map((image) => image.digest)}::text[])
     order by i.digest
       for update of i
  `.execute(tx);
  return new Map(rows.map((row) => [row.digest, row]));
}

function isChanged(before: KnownImage, image: ImageUpsert): boolean {
  return (
    before.repository !== image.repository ||
    before.namespace !== image.namespace ||
    before.tags.length !== image.tags.length ||
    image.tags.some((tag) => !before.tags.includes(tag)) ||
    Object.keys(before.labels).length !== Object.keys(image.labels).length ||
    Object.entries(image.labels).some(([key, value]) => before.labels[key] !== value)
  );
}

async function updateRows(
  tx: TenantTx,
  tenant: string,
  now: Date,
  images: readonly ImageUpsert[],
): Promise<void> {
  if (images.length === 0) return;
  await sql`
    update scheduler.images i
       set namespace = g.namespace, repository = g.repository, revision = i.revision + 1, updated_at = ${now}
      from unnest(${images.map((image) => image.digest)}::text[], ${images.map((image) => image.namespace)}::text[],
                  ${images.map((image) => image.repository)}::text[]) as g (digest, namespace, repository)
     where i.tenant_id = ${tenant} and i.digest = g.digest
  `.execute(tx);
}

async function moveLastSeen(
  tx: TenantTx,
  tenant: string,
  now: Date,
  images: readonly ImageUpsert[],
): Promise<void> {
  if (images.length === 0) return;
  await sql`
    update scheduler.images i set last_seen_at = least(coalesce(g.last_seen_at, ${now}), ${now})
      from unnest(${images.map((image) => image.digest)}::text[],
                  ${images.map((image) => image.lastSeenAt ?? null)}::timestamptz[]) as g (digest, last_seen_at)
     where i.tenant_id = ${tenant} and i.digest = g.digest
       and i.last_seen_at < least(coalesce(g.last_seen_at, ${now}), ${now})
  `.execute(tx);
}

async function clearTagsAndLabels(tx: TenantTx, tenant: string, imageIds: readonly number[]): Promise<void> {
  if (imageIds.length === 0) return;
  await sql`
    with tags as (
      delete from scheduler.image_tags where tenant_id = ${tenant} and image_id = any(${imageIds}::bigint[])
    )
    delete from scheduler.image_labels where tenant_id = ${tenant} and image_id = any(${imageIds}::bigint[])
  `.execute(tx);
}

interface TagsAndLabels {
  readonly imageId: number;
  readonly tags: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

async function insertTagsAndLabels(
  tx: TenantTx,
  tenant: string,
  images: readonly TagsAndLabels[],
): Promise<void> {
  const tags = images.flatMap(({ imageId, tags: own }) => own.map((tag) => ({ imageId, tag })));
  const labels = images.flatMap(({ imageId, labels: own }) =>
    Object.entries(own).map(([key, value]) => ({ imageId, key, value })),
  );
  if (tags.length > 0) {
    await sql`
      insert into scheduler.image_tags (tenant_id, image_id, tag)
      select ${tenant}, t.*
        from unnest(${tags.map((tag) => tag.imageId)}::bigint[], ${tags.map(({ tag }) => tag)}::text[]) as t
    `.execute(tx);
  }
  if (labels.length > 0) {
    await sql`
      insert into scheduler.image_labels (tenant_id, image_id, key, value)
      select ${tenant}, l.*
        from unnest(${labels.map((label) => label.imageId)}::bigint[], ${labels.map(({ key }) => key)}::text[],
                    ${labels.map(({ value }) => value)}::text[]) as l
    `.execute(tx);
  }
}
