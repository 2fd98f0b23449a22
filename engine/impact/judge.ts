import type { AdvisoryFacts } from "../../model/advisories/facts.ts";
import { canonicalJson } from "../../model/canonical.ts";
import { createAffectedQuestion } from "../../model/matching/is-affected.ts";
import type { Candidate } from "../../store/advisories/candidates.ts";
import { readFacts } from "../../store/advisories/facts.ts";
import type { TouchedComponents } from "../../store/runs/impact-snapshot.ts";
import { readComponentPurls } from "../../store/sboms/component-purls.ts";
import type { TenantTx } from "../../store/tenant.ts";

/** So many changes are judged at once: their facts and package URLs are in memory together. */
const changesAtOnce = 500;

/**
 * Which components the changes of the candidates touch, by exact matching: those that the record affects and
 * those that the record before it affected. A change that leaves what matters as it was (a new text, a new
 * date) touches nothing. `candidates` come with the newest change first.
 */
export async function judgeCandidates(
  tx: TenantTx,
  tenant: string,
  candidates: readonly Candidate[],
): Promise<TouchedComponents> {
  const touched = new Map<number, number>();
  const changes = [...Map.groupBy(candidates, ({ changedAt }) => changedAt).values()];
  for (let from = 0; from < changes.length; from += changesAtOnce) {
    await judgeChanges(tx, tenant, changes.slice(from, from + changesAtOnce), touched);
  }
  return { componentIds: [...touched.keys()], seqs: [...touched.values()] };
}

/** Adds to `touched`; what a newer change touched already is not asked again. */
async function judgeChanges(
  tx: TenantTx,
  tenant: string,
  changes: readonly (readonly Candidate[])[],
  touched: Map<number, number>,
): Promise<void> {
  const facts = await readFacts(tx, changes.flat());
  const purls = await purlsOf(tx, tenant, changes.flat(), touched);
  for (const change of changes) {
    const records = change.flatMap((candidate) => {
      const known = facts.get(candidate.seq);
      return known === undefined ? [] : [{ candidate, facts: known }];
    });
    if (isWithoutEffect(records.map((record) => record.facts))) continue;
    for (const { candidate, facts: judged } of records) {
      const isAffected = createAffectedQuestion(judged);
      for (const id of candidate.componentIds) {
        const purl = touched.has(id) ? undefined : purls.get(id);
        if (purl !== undefined && isAffected(purl)) touched.set(id, candidate.changedAt);
      }
    }
  }
}

async function purlsOf(
  tx: TenantTx,
  tenant: string,
  candidates: readonly Candidate[],
  touched: ReadonlyMap<number, number>,
): Promise<Map<number, string>> {
  const ids = new Set(
    candidates.flatMap(({ componentIds }) => componentIds.filter((id) => !touched.has(id))),
  );
  const rows = await readComponentPurls(tx, tenant, [...ids]);
  return new Map(rows.map(({ componentId, purl }) => [componentId, purl]));
}

/** A record beside the one that it replaced, alike in all that findings are made of. */
function isWithoutEffect(records: readonly AdvisoryFacts[]): boolean {
  const [a, b] = records.map((facts) =>
    canonicalJson({ ...facts, modified: null, published: null, withdrawn: facts.withdrawn !== undefined }),
  );
  return records.length === 2 && a === b;
}
