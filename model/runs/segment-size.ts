/** How much smaller a retry cuts its segments. */
const retryFraction = 4;

/** Segments for each live slot: enough that a slow one does not hold the end of the run back. */
const segmentsPerSlot = 8;

/**
 * How many images a job gets: `clamp(ceil(planned / (8 × live slots)), 1, largest)`.
 * With no live slot it counts as one, so that a run planned before its workers still has few jobs.
 */
export function segmentSize(plannedImages: number, liveSlots: number, largestSegment: number): number {
  const size = Math.ceil(plannedImages / (segmentsPerSlot * Math.max(1, liveSlots)));
  return Math.min(largestSegment, Math.max(1, size));
}

/**
 * The most images in a job of a retry: a quarter of the largest segment that was given up. One image that
 * kills its worker takes all that share its segment with it; a few retries and it is alone.
 */
export function retrySegmentSize(largestParked: number): number {
  return Math.max(1, Math.ceil(largestParked / retryFraction));
}
