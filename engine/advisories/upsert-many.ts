import { z } from "zod";
import { DomainError } from "../../model/errors.ts";
import { parseJsonLine } from "../../platform/http/json-body.ts";
import type { Line } from "../../platform/http/ndjson.ts";
import { readFeedSequence } from "../../store/advisories/feed-sequence.ts";
import { recordAudit } from "../audit/record.ts";
import type { Ctx } from "../context.ts";
import { keepStatistics } from "../inventory/keep-statistics.ts";
import { appendBatch } from "./append-batch.ts";
import type { ReadRecord } from "./decide-upsert.ts";
import { checkMayWrite, type Feed, feedTenant, withFeed } from "./feed.ts";
import { readRecord } from "./read-record.ts";

/** Records of one transaction, and the most characters of facts: some records name thousands of versions. */
const batchRecords = 500;
const batchCharacters = 8_000_000;
/** The first so many errors are told by line, all are counted. */
const toldErrors = 100;

/** What an upsert of many did. `line` counts from 1: lines of a stream, entries of an archive. */
export const upsertSummary = z.object({
  feedSequence: z.int(),
  created: z.int(),
  updated: z.int(),
  unchanged: z.int(),
  stale: z.int(),
  failed: z.int(),
  errors: z
    .array(z.object({ line: z.int(), message: z.string() }))
    .meta({ description: "The first 100 of those that failed." }),
});

export type UpsertSummary = z.infer<typeof upsertSummary>;

/**
 * Upserts OSV records line by line, in batches of one transaction each, holding one batch at a time. A bad
 * line is told by its number and costs only itself. When the source breaks off, the batches before it
 * stay: the same records again are `unchanged`. One audit entry tells the counts of the whole.
 */
export async function upsertAdvisories(
  ctx: Ctx,
  input: { readonly feed: Feed; readonly lines: AsyncIterable<Line> },
): Promise<UpsertSummary> {
  checkMayWrite(ctx, input.feed);
  const summary = emptySummary();
  try {
    for await (const batch of readBatches(input.lines, summary)) {
      const { statuses } = await withFeed(ctx, input.feed, (tx, now) =>
        appendBatch(tx, feedTenant(ctx, input.feed), now, batch),
      );
      for (const status of statuses) summary[status]++;
    }
  } finally {
    summary.feedSequence = await closeUpsert(ctx, input.feed, summary);
    await keepStatistics(ctx, ["advisories", "advisory_packages", "advisory_aliases"]);
  }
  return summary;
}

/** Cuts the readable records into batches and counts the others. */
async function* readBatches(
  lines: AsyncIterable<Line>,
  summary: UpsertSummary,
): AsyncGenerator<ReadRecord[], void, undefined> {
  let batch: ReadRecord[] = [];
  let characters = 0;
  for await (const line of lines) {
    const record = readLine(line, summary);
    if (record === undefined) continue;
    batch.push(record);
    characters += record.facts.length;
    if (batch.length < batchRecords && characters < batchCharacters) continue;
    yield batch;
    batch = [];
    characters = 0;
  }
  if (batch.length > 0) yield batch;
}

function readLine(line: Line, summary: UpsertSummary): ReadRecord | undefined {
  const fail = (message: string): undefined => {
    summary.failed++;
    if (summary.errors.length < toldErrors) summary.errors.push({ line: line.number, message });
  };
  if ("problem" in line) return fail(line.problem);
  const json = parseJsonLine(line.text);
  if ("problem" in json) return fail(json.problem);
  try {
    return readRecord(json.value);
  } catch (error) {
    if (error instanceof DomainError) return fail(error.message);
    throw error;
  }
}

/** The audit entry, when something changed, and the feed sequence after it all. */
async function closeUpsert(ctx: Ctx, feed: Feed, summary: UpsertSummary): Promise<number> {
  const { created, updated, unchanged, stale, failed } = summary;
  return withFeed(ctx, feed, async (tx, now) => {
    const feedSequence = await readFeedSequence(tx);
    if (created + updated > 0) {
      await recordAudit(ctx, tx, now, {
        action: "advisory.upsert-many",
        targetKind: "feed",
        targetId: feed,
        details: { created, updated, unchanged, stale, failed, feedSequence },
      });
    }
    return feedSequence;
  });
}

function emptySummary(): UpsertSummary {
  return { feedSequence: 0, created: 0, updated: 0, unchanged: 0, stale: 0, failed: 0, errors: [] };
}
