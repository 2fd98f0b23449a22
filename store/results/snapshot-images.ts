import { sql } from "kysely";
import type { EngineTx } from "../tenant.ts";

/** An image of a run's snapshot with what was pinned for it. */
export interface SnapshotImage {
  readonly ordinal: number;
  readonly image_id: number;
  readonly image_digest: string;
  readonly sbom_id: number | null;
  readonly sbom_seq: number;
  readonly sbom_digest: string | null;
  /** All components of the SBOM, those without a purl included. */
  readonly component_count: number | null;
}

/** The images behind ordinals of one run, by ordinal. */
export async function getSnapshotImages(
  tx: EngineTx,
  tenant: string,
  runId: string,
  ordinals: readonly number[],
): Promise<Map<number, SnapshotImage>> {
  const { rows } = await sql<SnapshotImage>`
    select r.ordinal, r.image_id, r.image_digest, r.sbom_id, r.sbom_seq, s.digest as sbom_digest, s.component_count
      from scheduler.run_images r
      left join scheduler.sboms s on s.tenant_id = ${tenant} and s.sbom_id = r.sbom_id
     where r.tenant_id = ${tenant} and r.run_id = ${runId} and r.ordinal = any(${ordinals}::int[])
  `.execute(tx);
  return new Map(rows.map((row) => [row.ordinal, row]));
}
