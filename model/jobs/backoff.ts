const firstDelayMs = 5_000;
const largestDelayMs = 15 * 60_000;

/**
 * The delay before the next try: full jitter over a ceiling that starts at 5 s, doubles with each failure
 * and stops at 15 min. `failures` counts from 1, `random` lies in [0, 1).
 */
export function backoffMs(failures: number, random: number): number {
  return Math.floor(random * backoffCeilingMs(failures));
}

/** The longest delay after so many failures. */
export function backoffCeilingMs(failures: number): number {
  return Math.min(largestDelayMs, firstDelayMs * 2 ** Math.max(0, failures - 1));
}
