import { type Selectable, sql } from "kysely";
import type { SchedulesTable } from "../tables.ts";
import type { EngineTx } from "../tenant.ts";

export type ScheduleRow = Selectable<SchedulesTable>;

/** Due schedules of a shard, earliest first, locked; rows that somebody else decides are passed over. */
export async function lockDue(tx: EngineTx, now: Date, shard: number, limit: number): Promise<ScheduleRow[]> {
  return tx
    .selectFrom("scheduler.schedules")
    .selectAll()
    .where("shard", "=", shard)
    .where("next_due_at", "<=", now)
    .orderBy("next_due_at")
    .limit(limit)
    .forUpdate()
    .skipLocked()
    .execute();
}

/** Milliseconds until the earliest due instant of a shard; undefined when nothing will ever be due. */
export async function untilNextDue(tx: EngineTx, now: Date, shard: number): Promise<number | undefined> {
  const row = await tx
    .selectFrom("scheduler.schedules")
    .select((eb) => eb.fn.min("next_due_at").as("at"))
    .where("shard", "=", shard)
    .executeTakeFirst();
  return row?.at == null ? undefined : Math.max(0, row.at.getTime() - now.getTime());
}

/** Runs of these schedules that have not ended, by schedule id. */
export async function countOpenRuns(
  tx: EngineTx,
  schedules: readonly Pick<ScheduleRow, "tenant_id" | "schedule_id">[],
): Promise<Map<string, number>> {
  const { rows } = await sql<{ schedule_id: string; open: number }>`
    select r.schedule_id, count(*)::int as open
      from unnest(${schedules.map((s) => s.tenant_id)}::text[], ${schedules.map((s) => s.schedule_id)}::text[])
             as s (tenant_id, schedule_id)
      join scheduler.runs r on r.tenant_id = s.tenant_id and r.schedule_id = s.schedule_id
                           and r.state in ('planning', 'queued', 'running')
     group by r.schedule_id
  `.execute(tx);
  return new Map(rows.map((row) => [row.schedule_id, row.open]));
}

/** When schedules are due next; both null at the end of the calendar. */
export interface NextDue {
  readonly tenant: string;
  readonly scheduleId: string;
  readonly nominalAt: Date | null;
  readonly dueAt: Date | null;
}

export async function setNextDue(tx: EngineTx, next: readonly NextDue[]): Promise<void> {
  if (next.length === 0) return;
  await sql`
    update scheduler.schedules s set next_nominal_at = n.nominal_at, next_due_at = n.due_at
      from unnest(${next.map((n) => n.tenant)}::text[], ${next.map((n) => n.scheduleId)}::text[],
                  ${next.map((n) => n.nominalAt)}::timestamptz[], ${next.map((n) => n.dueAt)}::timestamptz[])
        as n (tenant_id, schedule_id, nominal_at, due_at)
     where s.tenant_id = n.tenant_id and s.schedule_id = n.schedule_id
  `.execute(tx);
}
