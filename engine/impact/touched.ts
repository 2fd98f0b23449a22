import { candidatesOf, candidatesSince } from "../../store/advisories/candidates.ts";
import { resolveAdvisoryNames } from "../../store/advisories/resolve-names.ts";
import type { TouchedComponents } from "../../store/runs/impact-snapshot.ts";
import type { TenantTx } from "../../store/tenant.ts";
import { judgeCandidates } from "./judge.ts";

export { readFeedSequence } from "../../store/advisories/feed-sequence.ts";
export { touchedByPurls } from "./touched-by-purls.ts";

/**
 * The components of the tenant that advisory records with a sequence in (sinceSeq, untilSeq] touch, each
 * with the largest sequence that touches it. A record touches a component when it affects it, or when the
 * record that it replaced did, so that a corrected or withdrawn record runs those images again. Records of
 * the tenant's own stand in front of shared ones with the same id.
 */
export async function touchedSince(
  tx: TenantTx,
  tenant: string,
  sinceSeq: number,
  untilSeq: number,
): Promise<TouchedComponents> {
  return judgeCandidates(tx, tenant, await candidatesSince(tx, tenant, sinceSeq, untilSeq));
}

/**
 * As `touchedSince`, for the current records that ids or aliases name; `unknown` are the names that no
 * record has.
 */
export async function touchedByAdvisories(
  tx: TenantTx,
  tenant: string,
  idsOrAliases: readonly string[],
): Promise<{ touched: TouchedComponents; unknown: string[] }> {
  const named = await resolveAdvisoryNames(tx, tenant, idsOrAliases);
  const records = [...new Map(named.map((record) => [record.seq, record])).values()];
  const known = new Set(named.map(({ name }) => name));
  return {
    touched: await judgeCandidates(tx, tenant, await candidatesOf(tx, tenant, records)),
    unknown: [...new Set(idsOrAliases)].filter((name) => !known.has(name)),
  };
}
