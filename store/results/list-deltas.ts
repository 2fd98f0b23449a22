import type { TenantTx } from "../tenant.ts";

/** What changed for one image, in the words of the wire. */
export interface Delta {
  readonly imageDigest: string;
  readonly newFindings: number;
  readonly newCritical: number;
  readonly newHigh: number;
  readonly kevHits: unknown;
  readonly fixed: number;
  readonly unchanged: number;
  readonly cause: string;
  readonly topFindings: unknown;
  readonly detectedAt: string;
}

/** Deltas of a run after an image id, in image order. */
export async function listDeltas(
  tx: TenantTx,
  where: { readonly tenant: string; readonly runId: string; readonly afterImageId: number },
  limit: number,
): Promise<(Delta & { readonly imageId: number })[]> {
  const rows = await tx
    .selectFrom("scheduler.deltas")
    .selectAll()
    .where("tenant_id", "=", where.tenant)
    .where("run_id", "=", where.runId)
    .where("image_id", ">", where.afterImageId)
    .orderBy("image_id")
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    imageId: row.image_id,
    imageDigest: row.image_digest,
    newFindings: row.new_findings,
    newCritical: row.new_critical,
    newHigh: row.new_high,
    kevHits: row.kev_hits,
    fixed: row.fixed,
    unchanged: row.unchanged,
    cause: row.cause,
    topFindings: row.top_findings,
    detectedAt: row.detected_at.toISOString(),
  }));
}
