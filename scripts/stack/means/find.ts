import { StackError } from "../stack-error.ts";
import { isMiss, type Means, type Program, type Search, type Wanted } from "./program.ts";

/** Tries one means after the other, in the order given, and tells what it does about it. */
export async function findProgram(wanted: Wanted, means: readonly Means[], search: Search): Promise<Program> {
  const misses: string[] = [];
  for (const one of means) {
    search.signal?.throwIfAborted();
    const found = await one(wanted, search);
    if (!isMiss(found)) return found;
    misses.push(found.why);
  }
  throw new StackError(`${wanted.title} was not found (${misses.join("; ")}). ${wanted.help}`);
}
