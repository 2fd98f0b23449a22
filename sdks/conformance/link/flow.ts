import { setTimeout as sleep } from "node:timers/promises";

/** Delays or holds back what passes in any number of lanes, without changing the order inside a lane. */
export interface Flow {
  delayMs: number;
  stall(): void;
  resume(): void;
  /** A new lane: steps given to it are done in order, each when it may pass. */
  lane(): (step: () => void) => void;
}

export function createFlow(): Flow {
  const gate: { open: PromiseWithResolvers<void> | undefined } = { open: undefined };
  const flow: Flow = {
    delayMs: 0,
    stall() {
      gate.open ??= Promise.withResolvers<void>();
    },
    resume() {
      gate.open?.resolve();
      gate.open = undefined;
    },
    lane() {
      let waiting = 0;
      let last: Promise<void> = Promise.resolve();
      const passLater = async (before: Promise<void>, dueAtMs: number, step: () => void) => {
        await before;
        const waitMs = dueAtMs - performance.now();
        if (waitMs > 0) await sleep(waitMs);
        while (gate.open !== undefined) await gate.open.promise;
        step();
        waiting -= 1;
      };
      return (step) => {
        if (waiting === 0 && gate.open === undefined && flow.delayMs === 0) {
          step();
          return;
        }
        waiting += 1;
        last = passLater(last, performance.now() + flow.delayMs, step);
      };
    },
  };
  return flow;
}
