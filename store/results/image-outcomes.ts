import { sql } from "kysely";
import type { EngineTx } from "../tenant.ts";

/** An image of a run that did not succeed, with the reason code. */
export interface ImageException {
  readonly ordinal: number;
  readonly status: "failed" | "incomplete" | "cancelled";
  readonly reason: string;
}

/** Records images that did not succeed; an ordinal ends once, a second word about it is ignored. */
export async function insertImageExceptions(
  tx: EngineTx,
  tenant: string,
  runId: string,
  images: readonly ImageException[],
): Promise<void> {
  if (images.length === 0) return;
  await sql`
    insert into scheduler.run_image_outcomes (tenant_id, run_id, ordinal, status, reason)
    select ${tenant}, ${runId}, o.*
      from unnest(${images.map((i) => i.ordinal)}::int[], ${images.map((i) => i.status)}::text[],
                  ${images.map((i) => i.reason)}::text[]) as o (ordinal, status, reason)
    on conflict do nothing
  `.execute(tx);
}
