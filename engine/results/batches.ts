import type { ResultEntry } from "../../model/queue/result-entry.ts";

/** What the results of one batch may weigh, as JSON; parsed they are some ten times as large. */
const batchBytes = 64 * 1024 * 1024;

/**
 * Cuts entries into batches whose results may be in memory at once, in the order that they have. An entry that is
 * larger alone is a batch of its own.
 */
export function* batchesOf<Entry extends Pick<ResultEntry, "outcome" | "outcomeBytes">>(
  entries: readonly Entry[],
  limitBytes = batchBytes,
): Generator<Entry[]> {
  let batch: Entry[] = [];
  let bytes = 0;
  for (const entry of entries) {
    const weight = weightOf(entry);
    if (batch.length > 0 && bytes + weight > limitBytes) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(entry);
    bytes += weight;
  }
  if (batch.length > 0) yield batch;
}

/** Bytes of an entry's result as JSON, wherever it lies. */
export function weightOf({ outcome, outcomeBytes }: Pick<ResultEntry, "outcome" | "outcomeBytes">): number {
  return Math.max(outcomeBytes, outcome?.resultRef?.bytes ?? 0);
}
