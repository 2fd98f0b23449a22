import { Interrupted } from "./stack-error.ts";

/**
 * Turns Ctrl-C, SIGTERM and a closed terminal into an aborted signal, so that whoever runs can undo what it
 * began. Repeated signals (npm and the terminal both send one) change nothing: stopping is bounded in time.
 */
export function abortOnInterrupt(): AbortSignal {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(name, () => controller.abort(new Interrupted(name)));
  }
  return controller.signal;
}

/** Resolves after `milliseconds`, rejects with the reason of the abort. */
export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(signal.reason as Error);
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}
