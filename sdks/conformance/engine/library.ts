import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Redis } from "ioredis";

const folder = path.join(import.meta.dirname, "../../../platform/valkey/functions");

/** Loads the real functions into the server, unless this very text is there. */
export async function installLibrary(valkey: Redis): Promise<void> {
  const text = readLibrary();
  const found = await valkey.call("FUNCTION", "LIST", "LIBRARYNAME", "jobengine_v1", "WITHCODE");
  const isThere = ((found as unknown[][])[0] ?? []).includes(text);
  if (!isThere) await valkey.function("LOAD", "REPLACE", text);
}

/** The files of the library's folder in the order of their names. */
function readLibrary(): string {
  const files = readdirSync(folder).filter((name) => name.endsWith(".lua"));
  return files
    .toSorted()
    .map((name) => readFileSync(path.join(folder, name), "utf8"))
    .join("");
}
