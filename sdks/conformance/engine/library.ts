import { readFileSync } from "node:fs";
import path from "node:path";
import type { Redis } from "ioredis";

const libraryFile = path.join(import.meta.dirname, "../../../platform/valkey/functions/jobengine.lua");

/** Loads the real functions into the server, unless this very text is there. */
export async function installLibrary(valkey: Redis): Promise<void> {
  const text = readFileSync(libraryFile, "utf8");
  const found = await valkey.call("FUNCTION", "LIST", "LIBRARYNAME", "jobengine_v1", "WITHCODE");
  const isThere = ((found as unknown[][])[0] ?? []).includes(text);
  if (!isThere) await valkey.function("LOAD", "REPLACE", text);
}
