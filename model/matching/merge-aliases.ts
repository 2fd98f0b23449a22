import { compareText } from "../versions/digits.ts";
import type { FeedAdvisory } from "./advisory-index.ts";

/** Records of one vulnerability, and the name it goes by. */
export interface Vulnerability {
  readonly id: string;
  /** Sorted by id. */
  readonly records: readonly FeedAdvisory[];
}

/**
 * Groups records that are one vulnerability: two belong together when they share an id or an alias,
 * through others too. A group is named by the smallest CVE id among its ids and aliases, else by the
 * smallest id of a record, so that the name does not depend on which other records are known.
 */
export function mergeAliases(records: readonly FeedAdvisory[]): Vulnerability[] {
  const parents = new Map<string, string>();
  const rootOf = (id: string): string => {
    let root = id;
    for (
      let parent = parents.get(root);
      parent !== undefined && parent !== root;
      parent = parents.get(root)
    ) {
      root = parent;
    }
    return root;
  };
  for (const { facts } of records) {
    for (const id of [facts.id, ...facts.aliases]) parents.set(rootOf(id), rootOf(facts.id));
  }
  const groups = new Map<string, FeedAdvisory[]>();
  for (const record of records) {
    const root = rootOf(record.facts.id);
    groups.set(root, [...(groups.get(root) ?? []), record]);
  }
  return [...groups.values()]
    .map((group) => {
      const sorted = group.sort((a, b) => compareText(a.facts.id, b.facts.id));
      return { id: nameOf(sorted), records: sorted };
    })
    .sort((a, b) => compareText(a.id, b.id));
}

function nameOf(records: readonly FeedAdvisory[]): string {
  const ids = records.map(({ facts }) => facts.id);
  const cves = [...ids, ...records.flatMap(({ facts }) => facts.aliases)].filter((id) =>
    id.startsWith("CVE-"),
  );
  return smallest(cves) ?? smallest(ids) ?? "";
}

function smallest(ids: readonly string[]): string | undefined {
  return [...ids].sort(compareText)[0];
}
