import { sql } from "kysely";
import type { TenantTx } from "../tenant.ts";
import type { RunRow } from "./rows.ts";

/** What planning found, in images unless it says jobs. */
export interface Plan {
  readonly feedSeq: number;
  readonly impactDigest: string;
  readonly planned: number;
  readonly fresh: number;
  /** Ended already, as incomplete: the last ordinals of the snapshot. */
  readonly withoutSbom: number;
  readonly jobs: number;
}

/**
 * Writes the plan of a run; the guard lets that happen once. With jobs the run is queued from here on;
 * without any it stays in planning until it is closed, a moment later.
 */
export async function recordPlan(
  tx: TenantTx,
  now: Date,
  key: { readonly tenant: string; readonly runId: string },
  plan: Plan,
): Promise<RunRow> {
  if (plan.withoutSbom > 0) {
    await sql`
      insert into scheduler.run_image_outcomes (tenant_id, run_id, ordinal, status, reason)
      select tenant_id, run_id, ordinal, 'incomplete', 'no_sbom' from scheduler.run_images
       where tenant_id = ${key.tenant} and run_id = ${key.runId} and ordinal >= ${plan.planned - plan.withoutSbom}
    `.execute(tx);
  }
  return tx
    .updateTable("scheduler.runs")
    .set({
      state: plan.jobs > 0 ? "queued" : "planning",
      feed_seq: plan.feedSeq,
      impact_digest: plan.impactDigest,
      images_planned: plan.planned,
      images_fresh: plan.fresh,
      images_incomplete: plan.withoutSbom,
      jobs_total: plan.jobs,
      jobs_open: plan.jobs,
      planned_at: now,
      queued_at: plan.jobs > 0 ? now : null,
    })
    .where("tenant_id", "=", key.tenant)
    .where("run_id", "=", key.runId)
    .where("state", "=", "planning")
    .where("planned_at", "is", null)
    .returningAll()
    .executeTakeFirstOrThrow();
}
