import { z } from "zod";
import type { CurrentRecord, NewRecord, Replacement } from "../../store/advisories/append.ts";

/** What became of an upserted record. `stale`: the feed holds a record that was modified later. */
export const upsertStatus = z.enum(["created", "updated", "unchanged", "stale"]);

export type UpsertStatus = z.infer<typeof upsertStatus>;

/** A record that was read and checked. */
export type ReadRecord = Omit<NewRecord, "seq" | "supersededSeq">;

/** What one batch does to a feed. */
export interface BatchDecision {
  /** In the order of the records given. */
  readonly statuses: readonly UpsertStatus[];
  readonly append: readonly NewRecord[];
  readonly replaced: readonly Replacement[];
  /** The largest number given out, or the one that was current. */
  readonly lastSeq: number;
}

/**
 * Decides the records of a batch one after the other, as if each came alone: the same facts are
 * `unchanged`, an older date of modification is `stale`; all others get the next number each and replace
 * what the feed holds of their id, one of the same batch included.
 */
export function decideBatch(
  records: readonly ReadRecord[],
  current: ReadonlyMap<string, CurrentRecord>,
  currentSeq: number,
): BatchDecision {
  const heads = new Map<string, Pick<CurrentRecord, "seq" | "digest" | "modifiedAt">>(current);
  const appended = new Map<number, NewRecord>();
  const replaced: Replacement[] = [];
  let lastSeq = currentSeq;
  const statuses = records.map((record): UpsertStatus => {
    const head = heads.get(record.id);
    const modifiedAt = new Date(record.modified);
    if (head?.digest === record.digest) return "unchanged";
    if (head !== undefined && modifiedAt < head.modifiedAt) return "stale";
    const seq = ++lastSeq;
    appended.set(seq, { ...record, seq, supersededSeq: null });
    heads.set(record.id, { seq, digest: record.digest, modifiedAt });
    if (head === undefined) return "created";
    const earlier = appended.get(head.seq);
    if (earlier === undefined) replaced.push({ id: record.id, seq: head.seq, supersededSeq: seq });
    else appended.set(head.seq, { ...earlier, supersededSeq: seq });
    return "updated";
  });
  return { statuses, append: [...appended.values()], replaced, lastSeq };
}
