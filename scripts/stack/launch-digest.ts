import { createHash } from "node:crypto";

/** Changes when a process would be started with another command line or environment. */
export function launchDigest(words: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(words)).digest("hex").slice(0, 16);
}
