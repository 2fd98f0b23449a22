import { createHash } from "node:crypto";
import { canonicalJson } from "../../model/canonical.ts";
import type { ResultEntry } from "../../model/queue/result-entry.ts";

/**
 * What two results of one job are compared by: status and result, not durations or worker. A referenced
 * result stands for itself by its digest.
 */
export function outcomeDigest(entry: Pick<ResultEntry, "outcome">): string | null {
  const { outcome } = entry;
  if (outcome === null) return null;
  const content = { status: outcome.status, result: outcome.resultRef?.digest ?? outcome.result ?? null };
  return `sha256:${createHash("sha256").update(canonicalJson(content)).digest("hex")}`;
}
