import { DomainError } from "../../model/errors.ts";
import { isLostConnection } from "../../platform/lost-connection.ts";
import { WrongEpochError } from "../../platform/valkey/errors.ts";
import type { ResultEntry } from "../../model/queue/result-entry.ts";
import type { PoolEngine } from "../context.ts";
import { batchesOf, weightOf } from "./batches.ts";
import { type Ingested, ingestBatch, ingestLoaded } from "./ingest.ts";
import { refuse } from "./load-result.ts";

/** All processes read under one name: names that change with each start would pile up in the group. */
const consumer = "ingest";
/** 50 segments of 200 images are 10,000 images in one transaction. */
const entriesAtOnce = 50;
/** Small results are taken in more at once: a transaction's own cost is that of some hundred of them. */
const mostEntries = 500;
/** What 50 segments of 200 images make at least. Fewer bytes than that are fewer images. */
const smallBatchBytes = 300_000;
const blockMs = 2_000;
/** Far above one batch, so that only what a dead process left behind is taken over. */
const abandonedMs = 15_000;

/** Takes in what the result stream has; waits up to two seconds for the first entry. */
export async function ingestResults(engine: PoolEngine): Promise<Ingested> {
  const abandoned = await engine.queue.reclaimResults({
    consumer,
    count: entriesAtOnce,
    minIdleMs: abandonedMs,
  });
  if (abandoned.length > 0) return ingestEach(engine, abandoned);
  return ingestEach(engine, await readBatch(engine));
}

/** New entries: as many as are bounded by what they may hold, and more while they turn out to be small. */
async function readBatch({ queue }: PoolEngine): Promise<ResultEntry[]> {
  const batch = await queue.readResults({ consumer, count: entriesAtOnce, blockMs });
  let isMore = batch.length === entriesAtOnce;
  while (isMore && batch.length < mostEntries && bytesOf(batch) < smallBatchBytes) {
    const next = await queue.readResults({ consumer, count: entriesAtOnce, blockMs: 0 });
    isMore = next.length === entriesAtOnce;
    batch.push(...next);
  }
  return batch;
}

function bytesOf(batch: readonly ResultEntry[]): number {
  return batch.reduce((sum, entry) => sum + weightOf(entry), 0);
}

/** Takes entries in, so many at a time as may be in memory at once. */
export async function ingestEach(engine: PoolEngine, entries: readonly ResultEntry[]): Promise<Ingested> {
  const total = { accepted: 0, late: 0, ghosts: 0 };
  for (const batch of batchesOf(entries)) add(total, await ingestWhole(engine, batch));
  return total;
}

/**
 * Takes a batch in whole; when that fails for a reason that lies in the batch, entry by entry. A result that
 * PostgreSQL cannot store is a fault of its attempt. An entry that fails alone for another reason stays on the
 * stream, is logged as an error and tried again: it is a bug of ours.
 */
async function ingestWhole(engine: PoolEngine, entries: readonly ResultEntry[]): Promise<Ingested> {
  try {
    return await ingestBatch(engine, entries);
  } catch (error) {
    if (isAway(error)) throw error;
    engine.log.error(
      { err: error, entries: entries.length },
      "A batch of results could not be taken in whole.",
    );
  }
  const total = { accepted: 0, late: 0, ghosts: 0 };
  for (const entry of entries) {
    try {
      add(total, await ingestAlone(engine, entry));
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

function add(total: { accepted: number; late: number; ghosts: number }, more: Ingested): void {
  total.accepted += more.accepted;
  total.late += more.late;
  total.ghosts += more.ghosts;
}

async function ingestAlone(engine: PoolEngine, entry: ResultEntry): Promise<Ingested> {
  try {
    return await ingestBatch(engine, [entry]);
  } catch (error) {
    if (!isUnstorable(error)) throw error;
    return ingestLoaded(engine, [refuse(entry, "PostgreSQL cannot store what it says")]);
  }
}

/** SQLSTATE classes 22 (data) and 54 (limits): no schema can foresee all that a column refuses. */
function isUnstorable(error: unknown): boolean {
  return error instanceof Error && "code" in error && /^(22|54)[0-9A-Z]{3}$/.test(String(error.code));
}

/**
 * A server is away, the queue is another, or somebody holds what the batch needs: nothing is wrong with the batch. A
 * statement that took too long is no such thing: of fewer entries it may be fast enough.
 */
function isAway(error: unknown): boolean {
  if (error instanceof WrongEpochError) return true;
  if (error instanceof DomainError) return error.code === "unavailable";
  return isLostConnection(error) || isLockTimeout(error);
}

/** SQLSTATE 55P03: entry by entry each would wait as long again. */
function isLockTimeout(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "55P03";
}
