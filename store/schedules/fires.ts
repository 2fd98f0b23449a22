import { sql } from "kysely";
import type { EngineTx, TenantTx } from "../tenant.ts";

/** A row of the fire ledger: one due instant, or a range of them with one verdict. */
export interface NewFire {
  readonly tenant: string;
  readonly scheduleId: string;
  readonly scheduleRevision: number;
  readonly nominalAt: Date;
  readonly lastNominalAt: Date;
  readonly count: number;
  readonly verdict: string;
  readonly lagMs: number;
  readonly runId: string | null;
}

/** Writes verdicts. The key refuses a second one for the same instant: that would be a bug. */
export async function insertFires(tx: EngineTx, now: Date, fires: readonly NewFire[]): Promise<void> {
  if (fires.length === 0) return;
  const column = <K extends keyof NewFire>(name: K) => fires.map((fire) => fire[name]);
  await sql`
    insert into scheduler.fires (tenant_id, schedule_id, schedule_revision, nominal_at, last_nominal_at, fire_count,
                                 verdict, lag_ms, run_id, decided_at)
    select f.*, ${now}
      from unnest(${column("tenant")}::text[], ${column("scheduleId")}::text[], ${column("scheduleRevision")}::int[],
                  ${column("nominalAt")}::timestamptz[], ${column("lastNominalAt")}::timestamptz[],
                  ${column("count")}::int[], ${column("verdict")}::text[], ${column("lagMs")}::bigint[],
                  ${column("runId")}::text[]) as f
  `.execute(tx);
}

/** The last instant of a schedule that has a verdict; undefined when none has. */
export async function lastDecided(
  tx: TenantTx,
  tenant: string,
  scheduleId: string,
): Promise<Date | undefined> {
  const row = await tx
    .selectFrom("scheduler.fires")
    .select("last_nominal_at")
    .where("tenant_id", "=", tenant)
    .where("schedule_id", "=", scheduleId)
    .orderBy("nominal_at", "desc")
    .limit(1)
    .executeTakeFirst();
  return row?.last_nominal_at;
}
