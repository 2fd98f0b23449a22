import { sql } from "kysely";
import type { TenantTx } from "../tenant.ts";

/** The image as an SBOM upload finds it, locked until the transaction ends. */
export interface ImageOfUpload {
  readonly imageId: number;
  readonly sbomId: number | null;
  readonly sbomSeq: number;
}

/** Locks an image for an SBOM upload; `undefined` when there is none. */
export async function lockImage(
  tx: TenantTx,
  tenant: string,
  digest: string,
): Promise<ImageOfUpload | undefined> {
  return tx
    .selectFrom("scheduler.images")
    .select(["image_id as imageId", "sbom_id as sbomId", "sbom_seq as sbomSeq"])
    .where("tenant_id", "=", tenant)
    .where("digest", "=", digest)
    .forUpdate()
    .executeTakeFirst();
}

/** Makes an SBOM the current one of an image, with the next SBOM sequence, and answers that. */
export async function moveToSbom(
  tx: TenantTx,
  tenant: string,
  now: Date,
  imageId: number,
  sbomId: number,
): Promise<number> {
  const row = await tx
    .updateTable("scheduler.images")
    .set({
      sbom_id: sbomId,
      sbom_seq: sql`sbom_seq + 1`,
      revision: sql`revision + 1`,
      updated_at: now,
    })
    .where("tenant_id", "=", tenant)
    .where("image_id", "=", imageId)
    .returning("sbom_seq")
    .executeTakeFirstOrThrow();
  return row.sbom_seq;
}
