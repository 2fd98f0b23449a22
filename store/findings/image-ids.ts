import { sql } from "kysely";
import type { TenantTx } from "../tenant.ts";
import type { ImageNarrowing } from "./query.ts";

/** Images by digest, repository and namespace. */
export interface ImageQuestion extends ImageNarrowing {
  readonly tenant: string;
  readonly digest?: string | undefined;
}

/** The ids of the images, up to `limit`, in no order. */
export async function selectImageIds(
  tx: TenantTx,
  question: ImageQuestion,
  limit: number,
): Promise<number[]> {
  const { rows } = await sql<{ image_id: number }>`
    select i.image_id from scheduler.images i where ${isAsked(question)} limit ${limit}
  `.execute(tx);
  return rows.map((row) => row.image_id);
}

/** The condition on an image `i`. */
export function isAsked({ tenant, digest, repository, namespace }: ImageQuestion) {
  const conditions = [sql<boolean>`i.tenant_id = ${tenant}`];
  if (digest !== undefined) conditions.push(sql`i.digest = ${digest}`);
  if (repository !== undefined) conditions.push(sql`i.repository = ${repository}`);
  if (namespace !== undefined) conditions.push(sql`i.namespace = ${namespace}`);
  return sql.join(conditions, sql` and `);
}
