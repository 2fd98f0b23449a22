import { createBell } from "./bell.ts";

/** Counts the jobs that may run at once, over all registrations: a handler that was told to stop still runs. */
export interface Slots {
  readonly free: number;
  take(): void;
  give(): void;
  /** Resolves when a slot is free or the signal is aborted. */
  untilFree(signal: AbortSignal): Promise<void>;
}

export function createSlots(size: number): Slots {
  const bell = createBell();
  let free = size;
  return {
    get free() {
      return free;
    },
    take() {
      free -= 1;
    },
    give() {
      free += 1;
      bell.ring();
    },
    async untilFree(signal) {
      if (free === 0) await bell.wait(signal);
      // Jobs that were settled by one call end in one turn of the loop: claim for all of them at once.
      await new Promise<void>((resolve) => setImmediate(resolve));
    },
  };
}
