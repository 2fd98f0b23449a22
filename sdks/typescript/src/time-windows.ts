/** A stretch of time: what is after `from`, and not after `to`. */
export interface TimeWindow {
  readonly from: Date;
  readonly to: Date;
}

export interface TimeWindowOptions {
  /** The longest window. */
  readonly sizeMs: number;
  /** How far each window reaches back into the time before it, for what came late; default 0. */
  readonly overlapMs?: number;
  /** The youngest time that is left alone, since what belongs to it may not be there yet; default 0. */
  readonly lagMs?: number;
  /** The most windows; default 1,000. The rest is for the next time. */
  readonly limit?: number;
}

/**
 * Cuts the time from a watermark to now into windows, oldest first. Without overlap each starts where the one
 * before it ended; the last one may be shorter. Advance the watermark to the `to` of each window that is done.
 * @throws RangeError when an option makes no sense.
 */
export function timeWindows(from: Date, to: Date, options: TimeWindowOptions): TimeWindow[] {
  const { sizeMs, overlapMs = 0, lagMs = 0, limit = 1_000 } = options;
  if (!(sizeMs >= 1)) throw new RangeError("sizeMs is 1 or more.");
  if (!(overlapMs >= 0)) throw new RangeError("overlapMs is 0 or more.");
  if (!(lagMs >= 0)) throw new RangeError("lagMs is 0 or more.");
  if (!Number.isInteger(limit) || limit < 1) throw new RangeError("limit is a whole number, 1 or more.");
  const endMs = to.getTime() - lagMs;
  const windows: TimeWindow[] = [];
  for (let atMs = from.getTime(); atMs < endMs && windows.length < limit; atMs += sizeMs) {
    const window = { from: new Date(atMs - overlapMs), to: new Date(Math.min(atMs + sizeMs, endMs)) };
    windows.push(window);
  }
  return windows;
}
