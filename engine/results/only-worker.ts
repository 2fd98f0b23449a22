import type { PoolEngine } from "../context.ts";
import type { LoadedEntry } from "./load-result.ts";

/**
 * Whether nobody else could give a second opinion on what these results call `permanent`: at most one worker is
 * alive. Asked only when there is such a result; false when the queue cannot be asked.
 */
export async function isOnlyWorker(engine: PoolEngine, loaded: readonly LoadedEntry[]): Promise<boolean> {
  const isPermanent = loaded.some(
    ({ entry: { outcome } }) => outcome?.status === "failed" && outcome.error.class === "permanent",
  );
  if (!isPermanent) return false;
  try {
    return (await engine.queue.stats()).workersAlive <= 1;
  } catch {
    // A queue that is being rebuilt tells nothing; one more try does no harm.
    return false;
  }
}
