import type { Redis } from "ioredis";
import { parseOutcome } from "../../model/queue/outcome.ts";
import type { ResultEntry } from "../../model/queue/result-entry.ts";

/** The consumer group of the result stream. */
export const resultGroup = "scheduler";

/** A stream entry as the client answers it: id and flat fields; deleted ones have no fields. */
type RawEntry = [id: string, fields: string[] | null];

/** Reads new entries, waiting up to `blockMs` for the first (0: not at all). */
export async function readNew(
  reader: Redis,
  stream: string,
  options: { consumer: string; count: number; blockMs: number },
): Promise<ResultEntry[]> {
  const { consumer, count, blockMs } = options;
  const wait = blockMs > 0 ? ["BLOCK", String(blockMs)] : [];
  const reply = (await reader.call(
    "XREADGROUP",
    "GROUP",
    resultGroup,
    consumer,
    "COUNT",
    count,
    ...wait,
    "STREAMS",
    stream,
    ">",
  )) as [string, RawEntry[]][] | [string, RawEntry[]] | null;
  return parseEntries(entriesOf(reply));
}

/**
 * Takes over entries that were delivered at least `minIdleMs` ago and never acknowledged. One call of the server
 * looks at ten times `count` entries: those that others have in hand must not hide what is behind them.
 */
export async function takeOver(
  valkey: Redis,
  stream: string,
  options: { consumer: string; count: number; minIdleMs: number },
): Promise<ResultEntry[]> {
  const { consumer, count, minIdleMs } = options;
  const from = [stream, resultGroup, consumer, minIdleMs] as const;
  let entries: ResultEntry[] = [];
  let cursor = firstEntry;
  do {
    const reply = (await valkey.call("XAUTOCLAIM", ...from, cursor, "COUNT", count)) as AutoClaimReply;
    cursor = reply[0];
    entries = parseEntries(reply[1]);
  } while (entries.length === 0 && cursor !== firstEntry);
  await forgetConsumers(valkey, stream, consumer);
  return entries;
}

/** Where a pass over the pending entries begins; as a cursor: there is nothing behind. */
const firstEntry = "0-0";

type AutoClaimReply = [cursor: string, entries: RawEntry[], deleted: string[]];

/** Consumers that hold nothing and were not seen for an hour: without this each restart leaks one. */
async function forgetConsumers(valkey: Redis, stream: string, own: string): Promise<void> {
  const consumers = (await valkey.call("XINFO", "CONSUMERS", stream, resultGroup)) as unknown[][];
  for (const flat of consumers) {
    const info = new Map<string, unknown>();
    for (let i = 0; i + 1 < flat.length; i += 2) info.set(String(flat[i]), flat[i + 1]);
    const name = String(info.get("name"));
    if (name !== own && info.get("pending") === 0 && Number(info.get("idle")) > 3_600_000) {
      await valkey.call("XGROUP", "DELCONSUMER", stream, resultGroup, name);
    }
  }
}

/** RESP2 answers a list of (stream, entries), RESP3 a map that the client flattens. */
function entriesOf(reply: [string, RawEntry[]][] | [string, RawEntry[]] | null): RawEntry[] {
  if (reply === null) return [];
  const first = reply[0];
  return typeof first === "string" ? (reply as [string, RawEntry[]])[1] : (first?.[1] ?? []);
}

function parseEntries(raw: RawEntry[]): ResultEntry[] {
  const entries: ResultEntry[] = [];
  for (const [streamId, fields] of raw) {
    if (fields !== null) entries.push(parseEntry(streamId, fields));
  }
  return entries;
}

/** No attempt that PostgreSQL gave out is above it. */
const largestAttempt = 2 ** 31 - 1;

/**
 * One entry. A worker may write to the stream by hand (its ACL user must be able to), so no field is taken
 * for granted: what cannot be read becomes a stale entry without an outcome, which changes nothing.
 */
export function parseEntry(streamId: string, fields: readonly string[]): ResultEntry {
  const values = new Map<string, string>();
  for (let i = 0; i + 1 < fields.length; i += 2) values.set(fields[i] ?? "", fields[i + 1] ?? "");
  const text = (name: string) => values.get(name) ?? "";
  const id = (name: string) => (/^[\w.:-]{1,128}$/.test(text(name)) ? text(name) : "");
  const count = (name: string, largest = Number.MAX_SAFE_INTEGER) => {
    const value = Number(text(name) || "-1");
    return Number.isSafeInteger(value) && value >= 0 && value <= largest ? value : null;
  };
  const [attempt, lease] = [count("attempt", largestAttempt), count("lease")];
  const isWhole = id("job") !== "" && attempt !== null && lease !== null;
  const stop = text("stop");
  return {
    streamId,
    job: id("job"),
    attempt: attempt ?? 0,
    lease: lease ?? 0,
    worker: id("worker"),
    kind: text("kind") || null,
    class: text("class") || null,
    tenant: text("tenant") || null,
    run: text("run") || null,
    reason: text("reason") === "lease_expired" ? "lease_expired" : "settled",
    stop: stop === "cancel" || stop === "wall_clock" ? stop : null,
    stale: !isWhole || text("stale") !== "0",
    leasedMs: count("leasedMs"),
    waitedMs: count("waitedMs"),
    outcome: text("outcome") === "" ? null : parseOutcome(text("outcome")),
    outcomeBytes: count("outcomeBytes") ?? 0,
  };
}
