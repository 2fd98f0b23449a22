import { sql } from "kysely";
import type { EngineTx } from "../tenant.ts";

/** What changed for one image. */
export interface NewDelta {
  readonly imageId: number;
  readonly imageDigest: string;
  readonly newFindings: number;
  readonly newCritical: number;
  readonly newHigh: number;
  readonly kevHits: readonly string[];
  readonly fixed: number;
  readonly unchanged: number;
  readonly cause: string;
  readonly topFindings: readonly unknown[];
}

export async function insertDeltas(
  tx: EngineTx,
  at: { readonly now: Date; readonly tenant: string; readonly runId: string },
  deltas: readonly NewDelta[],
): Promise<void> {
  if (deltas.length === 0) return;
  const column = <K extends keyof NewDelta>(name: K) => deltas.map((delta) => delta[name]);
  await sql`
    insert into scheduler.deltas (tenant_id, run_id, image_id, image_digest, new_findings, new_critical, new_high,
                                  kev_hits, fixed, unchanged, cause, top_findings, detected_at)
    select ${at.tenant}, ${at.runId}, d.image_id, d.image_digest, d.new_findings, d.new_critical, d.new_high,
           d.kev_hits::jsonb, d.fixed, d.unchanged, d.cause, d.top_findings::jsonb, ${at.now}
      from unnest(${column("imageId")}::bigint[], ${column("imageDigest")}::text[], ${column("newFindings")}::int[],
                  ${column("newCritical")}::int[], ${column("newHigh")}::int[],
                  ${deltas.map((d) => JSON.stringify(d.kevHits))}::text[], ${column("fixed")}::int[],
                  ${column("unchanged")}::int[], ${column("cause")}::text[],
                  ${deltas.map((d) => JSON.stringify(d.topFindings))}::text[])
        as d (image_id, image_digest, new_findings, new_critical, new_high, kev_hits, fixed, unchanged, cause, top_findings)
  `.execute(tx);
}
