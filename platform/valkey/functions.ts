import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Redis } from "ioredis";
import { queueProtocolVersion } from "../../model/queue/limits.ts";

/** The Lua library's name carries the protocol version: two versions live side by side during an upgrade. */
export const libraryName = `jobengine_v${queueProtocolVersion}`;

const folder = path.join(import.meta.dirname, "functions");

let library: string | undefined;

/** The text of the library: the files of its folder in the order of their names. A process reads them once. */
export function readLibrary(): string {
  library ??= joinFiles();
  return library;
}

function joinFiles(): string {
  const files = readdirSync(folder).filter((name) => name.endsWith(".lua"));
  return files
    .toSorted()
    .map((name) => readFileSync(path.join(folder, name), "utf8"))
    .join("");
}

/** Loads the queue functions into the server unless exactly this text is there. Answers whether it did. */
export async function installFunctions(valkey: Redis): Promise<boolean> {
  const code = readLibrary();
  if ((await installedCode(valkey)) === code) return false;
  await valkey.function("LOAD", "REPLACE", code);
  return true;
}

/** The text of the library that the server holds, or undefined: FLUSHALL keeps it, a bare restart does not. */
async function installedCode(valkey: Redis): Promise<string | undefined> {
  const libraries = (await valkey.call(
    "FUNCTION",
    "LIST",
    "LIBRARYNAME",
    libraryName,
    "WITHCODE",
  )) as unknown[][];
  const fields = libraries[0] ?? [];
  const at = fields.indexOf("library_code");
  return at < 0 ? undefined : String(fields[at + 1]);
}
