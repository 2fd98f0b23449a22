import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { withLock } from "../lock.ts";
import { checkProgram, isMiss, type Means, type Miss, type Search, type Wanted } from "./program.ts";

/** Where fetched programs are kept for all stacks of this user: `~/.cache/jobengine` unless told otherwise. */
export function defaultCacheDir(env: NodeJS.ProcessEnv = process.env): string {
  const given = env["JOBENGINE_CACHE_DIR"];
  if (given !== undefined && given !== "") return path.resolve(given);
  return path.join(env["XDG_CACHE_HOME"] || path.join(env["HOME"] || homedir(), ".cache"), "jobengine");
}

/** What an earlier search has fetched. */
export const fromCache: Means = async (wanted, search) => {
  const binary = cachedBinary(wanted, search);
  if (!existsSync(binary)) return { why: "not in the cache" };
  return checkProgram(wanted, binary, "cache", search.signal);
};

/**
 * Lets `fetch` fill an empty folder with the program and moves it into the cache when the program runs.
 * Two searches for the same program take turns, the later one takes what the first has fetched. Whatever
 * goes wrong, and Ctrl-C, leave nothing behind.
 */
export function fetchIntoCache(
  means: string,
  fetch: (wanted: Wanted, search: Search, folder: string) => Promise<Miss | undefined>,
): Means {
  return (wanted, search) => {
    const lock = {
      signal: search.signal,
      onWait: () => search.onLine(`${wanted.title}: another command fetches it, waiting`),
    };
    return withLock(path.join(search.cacheDir, `${wanted.id}.lock`), lock, async () => {
      const binary = cachedBinary(wanted, search);
      if (existsSync(binary)) {
        const known = await checkProgram(wanted, binary, "cache", search.signal);
        if (!isMiss(known)) return known;
      }
      const unfinished = path.join(search.cacheDir, `${wanted.id}.unfinished`);
      rmSync(unfinished, { recursive: true, force: true });
      mkdirSync(unfinished, { recursive: true });
      try {
        const miss = await fetch(wanted, search, unfinished);
        if (miss !== undefined) return miss;
        const staged = path.join(unfinished, wanted.binaryName);
        const found = await checkProgram(wanted, staged, means, search.signal);
        if (isMiss(found)) return found;
        rmSync(path.dirname(binary), { recursive: true, force: true });
        renameSync(unfinished, path.dirname(binary));
        return { ...found, binary };
      } finally {
        rmSync(unfinished, { recursive: true, force: true });
      }
    });
  };
}

function cachedBinary(wanted: Wanted, search: Search): string {
  return path.join(search.cacheDir, wanted.id, wanted.binaryName);
}
