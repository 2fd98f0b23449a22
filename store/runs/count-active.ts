import { sql } from "kysely";
import type { EngineTx } from "../tenant.ts";

/** Open runs and their images without an outcome, by mode and schedule. */
export async function countActive(
  tx: EngineTx,
): Promise<{ mode: string; schedule_id: string | null; runs: number; images: number }[]> {
  const { rows } = await sql<{ mode: string; schedule_id: string | null; runs: number; images: number }>`
    select mode, schedule_id, count(*)::int as runs,
           sum(images_planned - images_succeeded - images_failed - images_incomplete - images_cancelled)::int as images
      from scheduler.runs where state in ('planning', 'queued', 'running')
     group by mode, schedule_id
  `.execute(tx);
  return rows;
}
