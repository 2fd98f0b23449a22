import { createHash } from "node:crypto";
import { chainedText, genesisHash } from "../../store/audit.ts";
import type { AuditRow, ChainEnd } from "../../store/audit-chain.ts";

/** Reads one chain; each call may be a transaction of its own. */
export interface ChainReader {
  readonly tenant: string;
  end(): Promise<ChainEnd>;
  /** The next entries after a sequence, in order; empty after the last. */
  next(afterSeq: number): Promise<readonly AuditRow[]>;
}

/** What a walk along a chain found. */
export interface ChainVerdict {
  /** Entries that were read and are in order. */
  readonly entries: number;
  readonly ok: boolean;
  /** The first entry that does not fit, and in what. Nothing behind it was looked at. */
  readonly firstBroken?: { readonly seq: number; readonly why: string };
  /** The end of the chain as it is recorded beside it; absent when there is none. */
  readonly head?: { readonly seq: number; readonly hash: string };
}

interface Link {
  readonly seq: number;
  readonly hash: string;
}

/**
 * Walks a chain from its first entry to the head that it had when the walk began, and computes every hash
 * again. Holds one batch of entries at a time. Entries that are appended meanwhile are not its business.
 *
 * Finds a changed, added, removed or moved entry, an end that was cut off and a head that was changed. It
 * cannot find that the end was cut off and the head put back to fit: for that compare the head with one
 * that was noted outside of the database.
 */
export async function verifyChain(chain: ChainReader): Promise<ChainVerdict> {
  const { head, lastSeq } = await chain.end();
  if (head === undefined) {
    return lastSeq === 0
      ? { entries: 0, ok: true }
      : broken(undefined, 0, 1, "the chain has entries and no head");
  }
  let last: Link = { seq: 0, hash: genesisHash };
  while (last.seq < head.seq) {
    const rows = await chain.next(last.seq);
    for (const row of rows) {
      if (row.seq > head.seq) break;
      const why = breakBetween(chain.tenant, last, row);
      if (why !== undefined) return broken(head, last.seq, last.seq + 1, why);
      last = row;
    }
    const isAtEnd = rows.length === 0 || (rows.at(-1)?.seq ?? 0) > head.seq;
    if (isAtEnd && last.seq < head.seq) return broken(head, last.seq, last.seq + 1, "is missing");
  }
  if (last.hash !== head.hash) {
    return broken(head, last.seq, head.seq, "is not the entry that the head of the chain names");
  }
  if (lastSeq > head.seq) {
    return broken(head, last.seq, head.seq + 1, "stands behind the head of the chain");
  }
  return { entries: last.seq, ok: true, head };
}

/** Why an entry cannot be the next one of the chain, or undefined. */
function breakBetween(tenant: string, last: Link, row: AuditRow): string | undefined {
  if (row.seq !== last.seq + 1) return "is missing";
  if (row.previous_hash !== last.hash) return "does not follow the entry before it";
  return row.hash === entryHash(tenant, row)
    ? undefined
    : "does not have the content that its hash was made of";
}

/** The hash that an entry must have: hexadecimal SHA-256 over the hash before it and its text. */
export function entryHash(tenant: string, row: AuditRow): string {
  const text = chainedText(tenant, row.seq, {
    at: row.at,
    actor: row.actor,
    action: row.action,
    targetKind: row.target_kind,
    targetId: row.target_id,
    details: row.details as Readonly<Record<string, unknown>>,
    reason: row.reason ?? undefined,
    ticket: row.ticket ?? undefined,
    requestId: row.request_id,
  });
  return createHash("sha256").update(`${row.previous_hash}\n${text}`).digest("hex");
}

function broken(head: Link | undefined, entries: number, seq: number, why: string): ChainVerdict {
  return { entries, ok: false, firstBroken: { seq, why }, ...(head !== undefined && { head }) };
}
