import { listRunEvents } from "../../../store/runs/events.ts";
import type { RunRow } from "../../../store/runs/rows.ts";
import { withTenant } from "../../../store/tenant.ts";
import { canonicalJson } from "../../../model/canonical.ts";
import { isTerminal, type RunState } from "../../../model/runs/states.ts";
import { toTimestamp } from "../../../model/time/timestamp.ts";
import type { Ctx } from "../../context.ts";
import { countsOf, segmentsOf } from "../documents.ts";
import type { RunPollers, StoredEvent } from "./run-poller.ts";
import type { StreamStart } from "./start-of-stream.ts";

/** An event as a stream sends it; `id` only where it can be resumed from. */
export interface StreamEvent {
  readonly event: string;
  readonly id?: string;
  readonly data: unknown;
}

/** Where events go, and until when. */
export interface StreamSink {
  readonly send: (event: StreamEvent) => void;
  readonly signal: AbortSignal;
}

const pageSize = 200;

/**
 * Tells one client what happens to a run: the events after its place, then each new one, and between them a
 * `segmentProgress` whenever the counts have moved. Returns after the last event of a run that has ended, which is
 * `completed`, or when the signal is aborted.
 */
export async function followRun(
  ctx: Ctx,
  pollers: RunPollers,
  { runId, start }: { readonly runId: string; readonly start: StreamStart },
  { send, signal }: StreamSink,
): Promise<void> {
  const tenant = ctx.caller.identity.tenant;
  const readPage = (afterSeq: number) =>
    withTenant(ctx.app, tenant, (tx) => listRunEvents(tx, tenant, runId, afterSeq, pageSize));
  let seq = start.afterSeq;
  let shown = "";
  if (start.isReset) send({ event: "reset", data: { reason: "The place to resume from is not known." } });
  const watch = pollers.watch({ tenant, runId });
  try {
    while (!signal.aborted) {
      const { run, events } = await watch.next(signal);
      const progress = progressOf(run);
      const text = canonicalJson(progress);
      if (text !== shown) send({ event: "segmentProgress", data: progress });
      shown = text;

      while (seq < run.event_seq && !signal.aborted) {
        const page = followersOf(seq, events) ?? (await readPage(seq));
        const last = page.at(-1);
        if (last === undefined) break;
        for (const event of withoutReplaced(page)) send(toStreamEvent(event));
        seq = last.seq;
      }
      if (isTerminal(run.state as RunState)) return;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    watch.close();
  }
}

/** The events of a look that come right after a number; undefined when some before them are missing. */
function followersOf(seq: number, events: readonly StoredEvent[]): readonly StoredEvent[] | undefined {
  const fresh = events.filter((event) => event.seq > seq);
  return fresh[0]?.seq === seq + 1 ? fresh : undefined;
}

/** Delta summaries are sums since the start: of those that come together only the last one says anything. */
function withoutReplaced(events: readonly StoredEvent[]): StoredEvent[] {
  const last = events.findLastIndex(({ kind }) => kind === "deltaSummary");
  return events.filter(({ kind }, at) => kind !== "deltaSummary" || at === last);
}

function toStreamEvent({ seq, kind, at, data }: StoredEvent): StreamEvent {
  return { event: kind, id: String(seq), data: { at: toTimestamp(at.getTime()), ...(data as object) } };
}

function progressOf(run: RunRow): unknown {
  return {
    state: run.state,
    counts: countsOf(run),
    segments: segmentsOf(run),
  };
}
