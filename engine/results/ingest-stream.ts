import { DomainError } from "../../model/errors.ts";
import { WrongEpochError } from "../../platform/valkey/errors.ts";
import type { ResultEntry } from "../../model/queue/result-entry.ts";
import type { Engine } from "../context.ts";
import { type Ingested, ingestBatch } from "./ingest.ts";

/** All processes read under one name: names that change with each start would pile up in the group. */
const consumer = "ingest";
/** 50 segments of 200 images are 10,000 images in one transaction. */
const entriesAtOnce = 50;
const blockMs = 2_000;
/** Far above one batch, so that only what a dead process left behind is taken over. */
const abandonedMs = 15_000;

/** Takes in what the result stream has; waits up to two seconds for the first entry. */
export async function ingestResults(engine: Engine): Promise<Ingested> {
  const abandoned = await engine.queue.reclaimResults({
    consumer,
    count: entriesAtOnce,
    minIdleMs: abandonedMs,
  });
  if (abandoned.length > 0) return ingestEach(engine, abandoned);
  const fresh = await engine.queue.readResults({ consumer, count: entriesAtOnce, blockMs });
  return ingestEach(engine, fresh);
}

/**
 * Takes a batch in whole; when that fails for a reason that lies in the batch, entry by entry. An entry that
 * fails alone, too, stays on the stream, is logged as an error and tried again: it is a bug of ours.
 */
async function ingestEach(engine: Engine, entries: readonly ResultEntry[]): Promise<Ingested> {
  try {
    return await ingestBatch(engine, entries);
  } catch (error) {
    if (entries.length <= 1 || isAway(error)) throw error;
    engine.log.error(
      { err: error, entries: entries.length },
      "A batch of results could not be taken in whole.",
    );
  }
  const total = { accepted: 0, late: 0, ghosts: 0 };
  for (const entry of entries) {
    try {
      const { accepted, late, ghosts } = await ingestBatch(engine, [entry]);
      total.accepted += accepted;
      total.late += late;
      total.ghosts += ghosts;
    } catch (error) {
      if (isAway(error)) throw error;
      engine.log.error(
        { err: error, job: entry.job, attempt: entry.attempt },
        "A result could not be taken in.",
      );
    }
  }
  return total;
}

/** A server is away or the queue is another: nothing is wrong with the batch. */
function isAway(error: unknown): boolean {
  if (error instanceof WrongEpochError) return true;
  if (error instanceof DomainError) return error.code === "unavailable";
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  // SQLSTATE classes 08 (connection), 57 (operator intervention), 53 (resources); and Node's socket errors.
  return (
    /^(08|57|53|ECONN|ETIMEDOUT|EPIPE)/.test(code) ||
    (error instanceof Error && /timeout|terminat/i.test(error.message))
  );
}
