/** One waiter sleeps until somebody rings, or until its signal is aborted. */
export interface Bell {
  ring(): void;
  wait(signal: AbortSignal): Promise<void>;
}

export function createBell(): Bell {
  let wake: (() => void) | undefined;
  return {
    ring() {
      wake?.();
    },
    async wait(signal) {
      if (signal.aborted) return;
      await new Promise<void>((resolve) => {
        const finish = () => {
          signal.removeEventListener("abort", finish);
          wake = undefined;
          resolve();
        };
        wake = finish;
        signal.addEventListener("abort", finish, { once: true });
      });
    },
  };
}
