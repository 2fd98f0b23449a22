import { openSync, readSync, closeSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { readZipLines } from "../../../engine/advisories/read-zip.ts";

/** Reads advisories from files: OSV records as JSON (one or an array), lines of JSON, any of them in gzip, or a zip. */
export async function readOsvFiles(files: readonly string[]): Promise<unknown[]> {
  const records: unknown[] = [];
  for (const file of files) {
    const read = await readOsvFile(file);
    if (read.length === 0) throw new Error(`${file} holds no advisory.`);
    for (const record of read) records.push(record);
  }
  return records;
}

async function readOsvFile(file: string): Promise<unknown[]> {
  if (startOf(file).equals(Buffer.from("PK"))) {
    const records: unknown[] = [];
    for await (const line of readZipLines(file)) {
      if ("text" in line) records.push(parse(line.text, `${file}, entry ${line.number}`));
    }
    return records;
  }
  const bytes = readFileSync(file);
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  return recordsIn((isGzip ? gunzipSync(bytes) : bytes).toString("utf8"), file);
}

/** The records of a text: one document, an array of them, or one a line. */
export function recordsIn(text: string, file: string): unknown[] {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const isLines = lines.length > 1 && lines.slice(0, 2).every((line) => isJson(line));
  if (isLines) return lines.map((line, index) => parse(line, `${file}, line ${index + 1}`));
  const document = parse(text, file);
  return Array.isArray(document) ? (document as unknown[]) : [document];
}

function parse(text: string, place: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${place} is not JSON.`);
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function startOf(file: string): Buffer {
  const descriptor = openSync(file, "r");
  try {
    const start = Buffer.alloc(2);
    readSync(descriptor, start, 0, 2, 0);
    return start;
  } finally {
    closeSync(descriptor);
  }
}
