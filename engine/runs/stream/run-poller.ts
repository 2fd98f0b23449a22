import { listRunEvents } from "../../../store/runs/events.ts";
import { type RunRow, getRun } from "../../../store/runs/rows.ts";
import { withTenant } from "../../../store/tenant.ts";
import type { Engine } from "../../context.ts";
import type { RunKey } from "../close.ts";

export type StoredEvent = Awaited<ReturnType<typeof listRunEvents>>[number];

/** A look at a run: its row, and the events since the look before (or none, when they would be too many). */
export interface RunLook {
  readonly run: RunRow;
  readonly events: readonly StoredEvent[];
}

/** One listener's view of a run that is looked at for all of them. */
export interface RunWatch {
  /** The next look that this listener has not seen; rejects when the signal is aborted. */
  next(signal: AbortSignal): Promise<RunLook>;
  close(): void;
}

/** Events that one look carries at most; who is further behind reads pages of its own. */
const eventsInLook = 200;

export interface RunPollers {
  watch(key: RunKey): RunWatch;
}

/**
 * Looks at each watched run once in `pollMs`, however many listen, and stops when nobody does. A look that
 * fails is made again at the next turn: listeners just wait.
 */
export function createRunPollers(engine: Engine, pollMs = 1_000): RunPollers {
  const pollers = new Map<string, Poller>();
  return {
    watch(key) {
      const name = `${key.tenant}/${key.runId}`;
      const poller = pollers.get(name) ?? startPoller(engine, key, pollMs);
      pollers.set(name, poller);
      poller.listeners += 1;
      let seen = 0;
      let isOpen = true;
      return {
        async next(signal) {
          while (poller.looks === seen || poller.latest === undefined)
            await orAborted(poller.change.promise, signal);
          seen = poller.looks;
          return poller.latest;
        },
        close() {
          if (!isOpen) return;
          isOpen = false;
          poller.listeners -= 1;
          if (poller.listeners > 0) return;
          poller.stop();
          pollers.delete(name);
        },
      };
    },
  };
}

interface Poller {
  listeners: number;
  /** How many looks there were. */
  looks: number;
  latest: RunLook | undefined;
  /** Settles at the next look. */
  change: PromiseWithResolvers<void>;
  stop(): void;
}

function startPoller(engine: Engine, key: RunKey, pollMs: number): Poller {
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;
  const poller: Poller = {
    listeners: 0,
    looks: 0,
    latest: undefined,
    change: Promise.withResolvers(),
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
  const turn = async (): Promise<void> => {
    try {
      poller.latest = await look(engine, key, poller.latest?.run.event_seq);
      poller.looks += 1;
      const { resolve } = poller.change;
      poller.change = Promise.withResolvers();
      resolve();
    } catch (err) {
      engine.log.warn({ err, tenant: key.tenant, run: key.runId }, "A run could not be looked at.");
    }
    if (!isStopped) timer = setTimeout(() => void turn(), pollMs);
  };
  void turn();
  return poller;
}

async function look(engine: Engine, key: RunKey, afterSeq: number | undefined): Promise<RunLook> {
  return withTenant(engine.app, key.tenant, async (tx) => {
    const run = await getRun(tx, key.tenant, key.runId);
    if (afterSeq === undefined || afterSeq === run.event_seq) return { run, events: [] };
    return { run, events: await listRunEvents(tx, key.tenant, key.runId, afterSeq, eventsInLook) };
  });
}

async function orAborted(change: Promise<void>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", onAbort);
  try {
    await Promise.race([change, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
