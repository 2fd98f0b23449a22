import { appendRecords, readCurrentRecords } from "../../store/advisories/append.ts";
import { lockFeedSequence, moveFeedSequence } from "../../store/advisories/feed-sequence.ts";
import type { TenantTx } from "../../store/tenant.ts";
import { type BatchDecision, decideBatch, type ReadRecord } from "./decide-upsert.ts";

/**
 * Upserts a batch into a feed in one transaction, the feed sequence locked from the first read: numbers
 * are given out and committed in one order, whoever writes.
 */
export async function appendBatch(
  tx: TenantTx,
  feed: string,
  now: Date,
  records: readonly ReadRecord[],
): Promise<BatchDecision> {
  const currentSeq = await lockFeedSequence(tx);
  const ids = [...new Set(records.map(({ id }) => id))];
  const decision = decideBatch(records, await readCurrentRecords(tx, feed, ids), currentSeq);
  await appendRecords(tx, feed, now, decision.append, decision.replaced);
  if (decision.lastSeq > currentSeq) await moveFeedSequence(tx, decision.lastSeq);
  return decision;
}
