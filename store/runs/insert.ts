import { sql } from "kysely";
import type { StoredRequest } from "../../model/runs/run-request.ts";
import type { TraceContext } from "../../model/trace/trace-context.ts";
import type { RunReason, RunTrigger } from "../../model/runs/run.ts";
import type { JobClass } from "../../model/queue/job-message.ts";
import type { EngineTx } from "../tenant.ts";

/** A run to be made, in state planning. Its workflow is started after the commit. */
export interface NewRun {
  readonly tenant: string;
  readonly runId: string;
  readonly scheduleId: string | null;
  readonly scheduleRevision: number | null;
  readonly trigger: RunTrigger;
  readonly mode: string;
  readonly class: JobClass;
  /** Whose queue its jobs go to. */
  readonly pool: string;
  readonly request: StoredRequest;
  readonly reason: RunReason;
  readonly retryOf: string | null;
  /** How many jobs a second may be sent; undefined for as many as there is room for. */
  readonly ratePerSecond?: number | undefined;
  readonly correlationId: string;
  readonly createdBy: string;
  /** Which ticker looks after it should its starter die. */
  readonly shard: number;
  /** In which it was asked for. */
  readonly trace?: TraceContext | undefined;
}

/** Inserts runs, of any tenants, in one statement. */
export async function insertRuns(tx: EngineTx, now: Date, runs: readonly NewRun[]): Promise<void> {
  if (runs.length === 0) return;
  const column = <K extends keyof NewRun>(name: K) => runs.map((run) => run[name]);
  await sql`
    insert into scheduler.runs (tenant_id, run_id, schedule_id, schedule_revision, trigger, mode, class, pool, state,
                                request, reason, retry_of, correlation_id, created_by, created_at, shard,
                                trace, rate_per_second)
    select r.tenant_id, r.run_id, r.schedule_id, r.schedule_revision, r.trigger, r.mode, r.class, r.pool, 'planning',
           r.request::jsonb, r.reason::jsonb, r.retry_of, r.correlation_id, r.created_by, ${now}, r.shard,
           r.trace::jsonb, r.rate_per_second
      from unnest(${column("tenant")}::text[], ${column("runId")}::text[], ${column("scheduleId")}::text[],
                  ${column("scheduleRevision")}::int[], ${column("trigger")}::text[], ${column("mode")}::text[],
                  ${column("class")}::text[], ${column("pool")}::text[], ${runs.map((r) => JSON.stringify(r.request))}::text[],
                  ${runs.map((r) => JSON.stringify(r.reason))}::text[], ${column("retryOf")}::text[],
                  ${column("correlationId")}::text[], ${column("createdBy")}::text[], ${column("shard")}::smallint[],
                  ${runs.map(({ trace }) => (trace === undefined ? null : JSON.stringify(trace)))}::text[],
                  ${runs.map((r) => r.ratePerSecond ?? null)}::int[])
        as r (tenant_id, run_id, schedule_id, schedule_revision, trigger, mode, class, pool, request, reason, retry_of,
              correlation_id, created_by, shard, trace, rate_per_second)
  `.execute(tx);
}
