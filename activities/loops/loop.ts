import { setTimeout as sleep } from "node:timers/promises";
import type { Log } from "../../platform/log/log.ts";

/** A piece of work that a process repeats until it stops. */
export interface Loop {
  /** Ends after the step in hand; resolves when it has ended. */
  stop(): Promise<void>;
}

/** A step answers after how many milliseconds the next one is due. */
export type LoopStep = (signal: AbortSignal) => Promise<number>;

const firstPauseMs = 100;
const longestPauseMs = 5_000;

/**
 * Repeats `step`, forever. A step that fails is logged and tried again after a pause that doubles up to five
 * seconds, with jitter, so that processes do not hammer a server together; nothing a step throws ends the
 * loop. After a failure no step is taken before `recover` has succeeded: a server that is back may be another.
 */
export function startLoop(
  options: {
    readonly name: string;
    readonly log: Log;
    readonly recover?: () => Promise<void>;
  },
  step: LoopStep,
): Loop {
  const { name, log, recover } = options;
  const stopping = new AbortController();
  const pause = (ms: number) => sleep(ms, undefined, { signal: stopping.signal }).catch(() => undefined);

  async function run(): Promise<void> {
    let pauseMs = firstPauseMs;
    let hasFailed = false;
    while (!stopping.signal.aborted) {
      try {
        if (hasFailed) await recover?.();
        hasFailed = false;
        const waitMs = await step(stopping.signal);
        pauseMs = firstPauseMs;
        if (waitMs > 0) await pause(waitMs);
      } catch (error) {
        if (stopping.signal.aborted) break;
        hasFailed = true;
        log.warn({ err: error, loop: name }, "A step failed and will be tried again.");
        await pause(pauseMs * (0.5 + Math.random()));
        pauseMs = Math.min(pauseMs * 2, longestPauseMs);
      }
    }
  }

  const ended = run();
  return {
    async stop() {
      stopping.abort();
      await ended;
    },
  };
}
