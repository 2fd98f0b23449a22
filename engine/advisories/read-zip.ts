import { type Entry, openPromise, type ZipFile } from "yauzl";
import { DomainError } from "../../model/errors.ts";
import type { Line } from "../../platform/http/ndjson.ts";

/** Bounds of an archive; sizes in bytes. OSV's largest archive has some 300,000 entries. */
export interface ZipLimits {
  readonly maxEntries: number;
  readonly maxEntryBytes: number;
  readonly maxTotalBytes: number;
  /**
   * How much larger than its packed form an entry above 1 MB may be, and how much larger than the archive all
   * entries together: entries may be small or share their bytes. JSON packs by 30 at most.
   */
  readonly maxRatio: number;
  /** Up to here all entries together may be packed as well as they like. */
  readonly freeTotalBytes: number;
}

export const defaultZipLimits: ZipLimits = {
  maxEntries: 1_000_000,
  maxEntryBytes: 16_000_000,
  maxTotalBytes: 8_000_000_000,
  maxRatio: 200,
  freeTotalBytes: 100_000_000,
};

const freeRatioBytes = 1_000_000;

/**
 * The JSON files of a zip archive, as OSV publishes them, each as one line with its place in the archive.
 * Entries are unpacked into memory one at a time and their names lead nowhere. What is no `.json` file is
 * passed over.
 * @throws DomainError `bad_request` for what is no archive, `too_large` beyond the limits.
 */
export async function* readZipLines(
  file: string,
  limits: ZipLimits = defaultZipLimits,
): AsyncGenerator<Line, void, undefined> {
  const zip = await refusing(openPromise(file, { validateEntrySizes: true }));
  try {
    yield* readEntries(zip, limits);
  } finally {
    zip.close();
  }
}

async function* readEntries(zip: ZipFile, limits: ZipLimits): AsyncGenerator<Line, void, undefined> {
  if (zip.entryCount > limits.maxEntries) {
    throw new DomainError("too_large", `The archive may have ${limits.maxEntries} entries at most.`);
  }
  const maxTotalBytes = totalBytesOf(zip, limits);
  let number = 0;
  let totalBytes = 0;
  const entries = zip.eachEntry();
  for (;;) {
    const next = await refusing(entries.next());
    if (next.done === true) return;
    const entry = next.value;
    number++;
    if (!entry.fileName.toLowerCase().endsWith(".json")) continue;
    const problem = problemOf(entry, limits);
    if (problem !== undefined) {
      yield { number, problem: `${shownName(entry)} ${problem}` };
      continue;
    }
    totalBytes += entry.uncompressedSize;
    if (totalBytes > maxTotalBytes) {
      throw new DomainError("too_large", `The archive may unpack to ${maxTotalBytes} bytes at most.`);
    }
    yield await readEntry(zip, entry, number);
  }
}

function totalBytesOf(zip: ZipFile, limits: ZipLimits): number {
  const { maxTotalBytes, maxRatio, freeTotalBytes } = limits;
  return Math.min(maxTotalBytes, Math.max(freeTotalBytes, zip.fileSize * maxRatio));
}

function problemOf(entry: Entry, limits: ZipLimits): string | undefined {
  const { compressedSize, uncompressedSize } = entry;
  if (entry.isEncrypted()) return "is encrypted";
  if (uncompressedSize > limits.maxEntryBytes) return `is larger than ${limits.maxEntryBytes} bytes`;
  if (uncompressedSize > freeRatioBytes && uncompressedSize > compressedSize * limits.maxRatio) {
    return `is packed by more than ${limits.maxRatio}`;
  }
  return undefined;
}

/** The reader stops an entry that holds more than its header says. */
async function readEntry(zip: ZipFile, entry: Entry, number: number): Promise<Line> {
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of await zip.openReadStreamPromise(entry)) chunks.push(chunk as Buffer);
    const text = new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks));
    return { number, text };
  } catch {
    return { number, problem: `${shownName(entry)} cannot be unpacked` };
  }
}

function shownName(entry: Entry): string {
  return JSON.stringify(entry.fileName.slice(0, 100));
}

/** What the reader says of a broken archive is meant for its developers. */
async function refusing<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    throw new DomainError("bad_request", "The body is no readable zip archive.", { cause: error });
  }
}
