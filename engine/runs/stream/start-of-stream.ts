import { oldestEventSeq } from "../../../store/runs/event-range.ts";
import { getRun } from "../../../store/runs/rows.ts";
import { withTenant } from "../../../store/tenant.ts";
import { isTerminal, type RunState } from "../../../model/runs/states.ts";
import type { Ctx } from "../../context.ts";

/** Where a stream begins. */
export interface StreamStart {
  /** The last event that the client has; 0 for none. */
  readonly afterSeq: number;
  /** The client's place is not known (any more): it must forget what it has and start over. */
  readonly isReset: boolean;
  /** The run has ended and the client knows everything. */
  readonly isOver: boolean;
}

/**
 * Finds the place of a client in the events of a run. `lastEventId` is what it sends; anything but a number
 * that was given out and whose successor is kept means a reset. @throws DomainError `not_found`
 */
export async function startOfStream(
  ctx: Ctx,
  input: { readonly runId: string; readonly lastEventId: string | undefined },
): Promise<StreamStart> {
  const tenant = ctx.caller.identity.tenant;
  return withTenant(ctx.app, tenant, async (tx) => {
    const run = await getRun(tx, tenant, input.runId);
    const oldest = (await oldestEventSeq(tx, tenant, input.runId)) ?? 1;
    // Before the first event that is kept nothing can be told.
    const beginning = oldest - 1;
    if (input.lastEventId === undefined) return { afterSeq: beginning, isReset: false, isOver: false };
    const known = /^\d{1,9}$/.test(input.lastEventId) ? Number(input.lastEventId) : -1;
    if (known < beginning || known > run.event_seq)
      return { afterSeq: beginning, isReset: true, isOver: false };
    const isOver = isTerminal(run.state as RunState) && known === run.event_seq;
    return { afterSeq: known, isReset: false, isOver };
  });
}
