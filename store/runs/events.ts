import { sql } from "kysely";
import type { EngineTx } from "../tenant.ts";

/** An event of a run that streams replay: `stateChanged`, `deltaSummary`, `completed`, … */
export interface RunEvent {
  readonly kind: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/**
 * Appends events to runs, in the order given, numbered by run without gaps. The run rows stay locked until
 * the commit, so a reader that has seen number n has seen every number below it.
 */
export async function appendRunEvents(
  tx: EngineTx,
  at: Date,
  events: readonly (RunEvent & { readonly tenant: string; readonly runId: string })[],
): Promise<void> {
  if (events.length === 0) return;
  await sql`
    with incoming as (
      select * from unnest(${events.map((e) => e.tenant)}::text[], ${events.map((e) => e.runId)}::text[],
                           ${events.map((e) => e.kind)}::text[],
                           ${events.map((e) => JSON.stringify(e.data))}::text[])
        with ordinality as e (tenant_id, run_id, kind, data, place)
    ), bumped as (
      update scheduler.runs r set event_seq = r.event_seq + n.added
        from (select tenant_id, run_id, count(*)::int as added from incoming group by 1, 2) n
       where r.tenant_id = n.tenant_id and r.run_id = n.run_id
      returning r.tenant_id, r.run_id, r.event_seq - n.added as base
    )
    insert into scheduler.run_events (tenant_id, run_id, seq, kind, at, data)
    select e.tenant_id, e.run_id,
           b.base + row_number() over (partition by e.tenant_id, e.run_id order by e.place),
           e.kind, ${at}, e.data::jsonb
      from incoming e join bumped b using (tenant_id, run_id)
  `.execute(tx);
}

/** Events of a run after a number, oldest first. */
export async function listRunEvents(
  tx: EngineTx,
  tenant: string,
  runId: string,
  afterSeq: number,
  limit: number,
): Promise<{ seq: number; kind: string; at: Date; data: unknown }[]> {
  return tx
    .selectFrom("scheduler.run_events")
    .select(["seq", "kind", "at", "data"])
    .where("tenant_id", "=", tenant)
    .where("run_id", "=", runId)
    .where("seq", ">", afterSeq)
    .orderBy("seq")
    .limit(limit)
    .execute();
}
