import type { ResultEntry } from "../../model/queue/result-entry.ts";
import { type ScanResult, scanResult } from "../../model/results/scan-result.ts";
import type { Engine } from "../context.ts";

/** A referenced result above this is refused: 200 images with 1,000 findings each are some 60 MB. */
const maxResultBytes = 64 * 1024 * 1024;

/** An entry with its result in hand, or why it has none. */
export interface LoadedEntry {
  readonly entry: ResultEntry;
  readonly result: ScanResult | undefined;
  /** Set when there is a result and it cannot be believed. */
  readonly fault: string | undefined;
}

/**
 * Loads the results of a batch. Those whose blob cannot be had now are left out, to be read again later: the
 * others must not wait for them. @throws when there is nothing else
 */
export async function loadResults(engine: Engine, entries: readonly ResultEntry[]): Promise<LoadedEntry[]> {
  const loads = await Promise.allSettled(entries.map((entry) => loadResult(engine, entry)));
  const loaded = loads.flatMap((load) => (load.status === "fulfilled" ? [load.value] : []));
  const failed = loads.find((load) => load.status === "rejected");
  if (failed === undefined) return loaded;
  if (loaded.length === 0) throw failed.reason;
  const waiting = entries.length - loaded.length;
  engine.log.warn({ err: failed.reason, waiting }, "Results cannot be fetched now and wait on the stream.");
  return loaded;
}

/**
 * Fetches and checks what a worker says it found. Nothing a worker sends is believed: a result that cannot
 * be read is a fault of that attempt, and the job gets another.
 */
async function loadResult(engine: Engine, entry: ResultEntry): Promise<LoadedEntry> {
  const outcome = entry.outcome;
  if (entry.stale || outcome === null || (outcome.result === undefined && outcome.resultRef === undefined)) {
    return { entry, result: undefined, fault: undefined };
  }
  let document: unknown = outcome.result;
  if (outcome.resultRef !== undefined) {
    if (entry.tenant === null) return { entry, result: undefined, fault: undefined };
    if (outcome.resultRef.bytes > maxResultBytes) return refuse(entry, "it is larger than 64 MB");
    const text = await readBlobText(engine, entry.tenant, outcome.resultRef);
    if (text === undefined) return refuse(entry, "no artifact of that digest and size is stored");
    try {
      document = JSON.parse(text);
    } catch {
      return refuse(entry, "it is not JSON");
    }
  }
  const parsed = scanResult.safeParse(document);
  if (parsed.success) return { entry, result: parsed.data, fault: undefined };
  const issue = parsed.error.issues[0];
  return refuse(entry, `${issue?.path.join(".") ?? "document"}: ${issue?.message ?? "wrong shape"}`);
}

/** The entry without its result, which is a fault of the attempt. */
export function refuse(entry: ResultEntry, why: string): LoadedEntry {
  return { entry, result: undefined, fault: `The result cannot be read: ${why}.`.slice(0, 500) };
}

/** The blob as text, when it is as large as its reference says: batches are cut by what references say. */
async function readBlobText(
  engine: Engine,
  tenant: string,
  reference: { readonly digest: string; readonly bytes: number },
): Promise<string | undefined> {
  if ((await engine.blobs.head(tenant, reference.digest))?.bytes !== reference.bytes) return undefined;
  const chunks: Uint8Array[] = [];
  for await (const chunk of await engine.blobs.get(tenant, reference.digest)) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}
