import { hash } from "node:crypto";
import { canonicalJson } from "../../model/canonical.ts";
import type { Delta } from "../../model/runs/delta.ts";
import type { RunError } from "../../model/runs/run-errors.ts";
import type { Run, RunReason, RunTrigger } from "../../model/runs/run.ts";
import type { RunState } from "../../model/runs/states.ts";
import { timeParts } from "../../model/runs/stats.ts";
import type { RunMode } from "../../model/schedules/schedule.ts";
import { toTimestamp } from "../../model/time/timestamp.ts";
import type { DeltaRow } from "../../store/results/top-deltas.ts";
import type { RunRow } from "../../store/runs/rows.ts";

/** A run as the API shows it; `deltas` are the ones to show in it, none where a list shows runs. */
export function toRunDocument(row: RunRow, now: Date, deltas: readonly DeltaRow[] = []): Run {
  return {
    schemaVersion: "scheduler.run@1",
    id: row.run_id,
    tenantId: row.tenant_id,
    ...(row.schedule_id !== null && { scheduleId: row.schedule_id }),
    trigger: row.trigger as RunTrigger,
    state: row.state as RunState,
    mode: row.mode as RunMode,
    pool: row.pool,
    reason: row.reason as RunReason,
    stats: timeParts(
      {
        createdAtMs: row.created_at.getTime(),
        plannedAtMs: row.planned_at?.getTime(),
        startedAtMs: row.started_at?.getTime(),
        lastResultAtMs: row.last_result_at?.getTime(),
        finishedAtMs: row.finished_at?.getTime(),
      },
      now.getTime(),
    ),
    counts: countsOf(row),
    segments: segmentsOf(row),
    coverage: { components: row.components, matchable: row.components_matchable },
    findings: {
      newFindings: row.new_findings,
      newCritical: row.new_critical,
      newHigh: row.new_high,
      fixed: row.fixed_findings,
      imagesChanged: row.images_changed,
    },
    ...(deltas.length > 0 && { deltas: deltas.map(toDeltaDocument) }),
    ...(row.error_code !== null && {
      error: { code: row.error_code as RunError["code"], message: row.error_message ?? "" },
    }),
    ...(row.retry_of !== null && { retryOf: row.retry_of }),
    ...(row.rate_per_second !== null && { ratePerSecond: row.rate_per_second }),
    correlationId: row.correlation_id,
    createdAt: toTimestamp(row.created_at.getTime()),
    createdBy: row.created_by,
    ...instant("plannedAt", row.planned_at),
    ...instant("startedAt", row.started_at),
    ...instant("finishedAt", row.finished_at),
  };
}

/** The books of a run, in images. */
export function countsOf(row: RunRow): Run["counts"] {
  return {
    planned: row.images_planned,
    fresh: row.images_fresh,
    succeeded: row.images_succeeded,
    failed: row.images_failed,
    incomplete: row.images_incomplete,
    cancelled: row.images_cancelled,
  };
}

/** The jobs of a run. */
export function segmentsOf(row: RunRow): Run["segments"] {
  return { total: row.jobs_total, open: row.jobs_open, parked: row.jobs_parked };
}

/** What changed for one image. */
export function toDeltaDocument(row: DeltaRow): Delta {
  return {
    imageDigest: row.image_digest,
    newFindings: row.new_findings,
    newCritical: row.new_critical,
    newHigh: row.new_high,
    kevHits: row.kev_hits as Delta["kevHits"],
    fixed: row.fixed,
    unchanged: row.unchanged,
    cause: row.cause as Delta["cause"],
    topFindings: row.top_findings as Delta["topFindings"],
    detectedAt: toTimestamp(row.detected_at.getTime()),
  };
}

/** A weak entity tag over all of a run but its stats, which move with the clock. */
export function runTag(run: Run): string {
  const { stats: _, ...stable } = run;
  return `W/"${hash("sha256", canonicalJson(stable), "hex").slice(0, 32)}"`;
}

function instant<Name extends string>(name: Name, at: Date | null): Partial<Record<Name, string>> {
  return at === null ? {} : ({ [name]: toTimestamp(at.getTime()) } as Record<Name, string>);
}
