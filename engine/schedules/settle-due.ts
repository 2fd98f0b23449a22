import { decideFire, type FireDecision } from "../../model/schedules/decide-fire.ts";
import { scheduleInput, type ScheduleInput } from "../../model/schedules/schedule.ts";
import { insertRuns, type NewRun } from "../../store/runs/insert.ts";
import { countOpenRuns, type NextDue, type ScheduleRow, setNextDue } from "../../store/schedules/due.ts";
import { insertFires, type NewFire } from "../../store/schedules/fires.ts";
import type { EngineTx } from "../../store/tenant.ts";
import type { Engine } from "../context.ts";

/** When a schedule that cannot be decided is looked at again. */
const putOffMs = 10 * 60_000;

/** The request part of a schedule row, as it was written. */
export function scheduleOf(row: ScheduleRow): ScheduleInput {
  return scheduleInput.parse(row.document);
}

/**
 * Gives every due instant of locked schedules its verdict: ledger, runs and next due instants in the
 * caller's transaction, in three statements however many schedules there are. Before an edit,
 * `settlePending` decides an instant too that has struck and waits for its jitter. Answers the runs made.
 */
export async function settleDue(
  engine: Engine,
  tx: EngineTx,
  now: Date,
  rows: readonly ScheduleRow[],
  settlePending = false,
): Promise<number> {
  const due = rows.filter((row) => row.next_nominal_at !== null);
  if (due.length === 0) return 0;
  const openRuns = await countOpenRuns(tx, due);
  const fires: NewFire[] = [];
  const runs: NewRun[] = [];
  const next: NextDue[] = [];
  for (const row of due) {
    try {
      const schedule = scheduleOf(row);
      const decision = decideFire({
        schedule: { id: row.schedule_id, ...schedule },
        nextNominalAtMs: row.next_nominal_at!.getTime(),
        paused: !row.enabled,
        nowMs: now.getTime(),
        openRuns: openRuns.get(row.schedule_id) ?? 0,
        settlePending,
      });
      collect(engine, row, schedule, decision, fires, runs);
      next.push(nextOf(row, decision.next));
    } catch (error) {
      // A zone that the time zone data no longer has, say: it must not hold up the other schedules.
      const { tenant_id: tenant, schedule_id: schedule } = row;
      engine.log.error({ err: error, tenant, schedule }, "A schedule cannot be decided; it is put off.");
      next.push({
        ...nextOf(row, undefined),
        nominalAt: row.next_nominal_at,
        dueAt: new Date(now.getTime() + putOffMs),
      });
    }
  }
  await insertRuns(tx, now, runs);
  await insertFires(tx, now, fires);
  await setNextDue(tx, next);
  return runs.length;
}

function nextOf(row: ScheduleRow, due: FireDecision["next"]): NextDue {
  return {
    tenant: row.tenant_id,
    scheduleId: row.schedule_id,
    nominalAt: due ? new Date(due.nominalAtMs) : null,
    dueAt: due ? new Date(due.dueAtMs) : null,
  };
}

function collect(
  engine: Engine,
  row: ScheduleRow,
  schedule: ScheduleInput,
  decision: FireDecision,
  fires: NewFire[],
  runs: NewRun[],
): void {
  const of = { tenant: row.tenant_id, scheduleId: row.schedule_id, scheduleRevision: row.revision };
  if (decision.range !== undefined) {
    const { fromMs, toMs, count, verdict, lagMs } = decision.range;
    fires.push({
      ...of,
      nominalAt: new Date(fromMs),
      lastNominalAt: new Date(toMs),
      count,
      verdict,
      lagMs,
      runId: null,
    });
  }
  for (const { nominalAtMs, verdict, lagMs } of decision.fires) {
    const nominalAt = new Date(nominalAtMs);
    const runId = verdict === "started" || verdict === "caught_up" ? engine.newId("run") : null;
    fires.push({ ...of, nominalAt, lastNominalAt: nominalAt, count: 1, verdict, lagMs, runId });
    if (runId !== null) runs.push(runOf(row, schedule, runId, nominalAt));
  }
}

function runOf(row: ScheduleRow, schedule: ScheduleInput, runId: string, nominalAt: Date): NewRun {
  return {
    tenant: row.tenant_id,
    runId,
    scheduleId: row.schedule_id,
    scheduleRevision: row.revision,
    trigger: "cron",
    mode: schedule.mode,
    class: "scheduled",
    pool: schedule.pool,
    request: requestOf(schedule),
    reason: { text: `${schedule.name}, due ${nominalAt.toISOString()}` },
    retryOf: null,
    correlationId: `${row.schedule_id}/${nominalAt.toISOString()}`,
    createdBy: row.updated_by,
    shard: row.shard,
  };
}

/** What a run of this schedule covers. */
export function requestOf(schedule: ScheduleInput): NewRun["request"] {
  const { selection, limits, onlyIf } = schedule;
  return {
    selection,
    force: false,
    ...(limits.maxImages !== undefined && { maxImages: limits.maxImages }),
    ...(limits.concurrencyKey !== undefined && { concurrencyKey: limits.concurrencyKey }),
    ...(onlyIf.lastReportOlderThanDays !== undefined && {
      lastReportOlderThanDays: onlyIf.lastReportOlderThanDays,
    }),
  };
}
