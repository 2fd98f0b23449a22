import { DomainError, invalidField } from "../../model/errors.ts";
import { componentPackage, isMatchable } from "../../model/matching/component-package.ts";
import { isSamePackage } from "../../model/matching/package-name.ts";
import { type Purl, PurlError } from "../../model/purl/purl.ts";
import { readPurl } from "../../model/purl/read.ts";
import { compareVersions } from "../../model/versions/orders.ts";
import { parseVersRange, VersRangeError, versRangeContains } from "../../model/versions/vers-range.ts";
import type { TouchedComponents } from "../../store/runs/impact-snapshot.ts";
import { findComponentsByKey, type KeyedComponent } from "../../store/sboms/component-purls.ts";
import type { TenantTx } from "../../store/tenant.ts";
import { askedKeysOf } from "./package-keys.ts";

/** A package URL as a question: which packages, and which of their versions. */
interface Question {
  readonly keys: readonly string[];
  readonly isMeant: (component: KeyedComponent) => boolean;
}

/**
 * The components that package URLs mean. Without a version: every version; with one: that version, by the
 * order of its ecosystem; with a range, as version (`pkg:npm/lodash@vers:npm%2F%3C4.17.21`, plain or
 * percent-encoded) or as qualifier (`pkg:npm/lodash?vers=vers:npm/<4.17.21`): the versions in the range.
 * Other qualifiers and the subpath do not narrow. They are touched whatever was known before: the sequence
 * is the largest of all.
 * @throws DomainError `invalid` that names the place, as in `purls[3]`.
 */
export async function touchedByPurls(
  tx: TenantTx,
  tenant: string,
  purls: readonly string[],
): Promise<TouchedComponents> {
  const questions = purls.map(readQuestion);
  const byKey = new Map<string, Question[]>();
  for (const question of questions) {
    for (const key of question.keys) byKey.set(key, [...(byKey.get(key) ?? []), question]);
  }
  const touched = new Set<number>();
  for (const component of await findComponentsByKey(tx, tenant, [...byKey.keys()])) {
    if (touched.has(component.componentId)) continue;
    const isMeant = (byKey.get(component.packageKey) ?? []).some((question) => question.isMeant(component));
    if (isMeant) touched.add(component.componentId);
  }
  return { componentIds: [...touched], seqs: Array.from(touched, () => Number.MAX_SAFE_INTEGER) };
}

function readQuestion(text: string, index: number): Question {
  try {
    const asked = readPurl(text);
    const isVersionMeant = versionTest(asked);
    const isNameMeant = nameTest(text);
    return {
      keys: askedKeysOf(text),
      isMeant: ({ purl }) => isNameMeant(purl) && isVersionMeant(purl),
    };
  } catch (error) {
    if (error instanceof DomainError) throw error;
    if (error instanceof PurlError || error instanceof VersRangeError) {
      throw invalidField(`purls[${index}]`, error.message);
    }
    throw error;
  }
}

/** Go modules share a key without case; two that were both given with capitals must agree in them. */
function nameTest(asked: string): (purl: string) => boolean {
  const wanted = componentPackage(asked);
  if (!isMatchable(wanted) || wanted.ecosystem !== "Go") return () => true;
  return (purl) => {
    const component = componentPackage(purl);
    if (!isMatchable(component)) return false;
    return (
      isSamePackage("Go", component.name, wanted.name) || isSamePackage("Go", wanted.name, component.name)
    );
  };
}

function versionTest({ version, qualifiers }: Purl): (purl: string) => boolean {
  const rangeText = version !== undefined && /^vers:/i.test(version) ? version : qualifiers["vers"];
  if (rangeText !== undefined) {
    const range = parseVersRange(rangeText);
    return (purl) => versionsOf(purl).some((candidate) => versRangeContains(range, candidate));
  }
  if (version === undefined) return () => true;
  return (purl) => {
    const component = componentPackage(purl);
    const ecosystem = isMatchable(component) ? component.ecosystem : "";
    return versionsOf(purl).some(
      (candidate) => candidate === version || compareVersions(ecosystem, candidate, version) === 0,
    );
  };
}

/** The version of a component; for distributions also that of the source package it was built from. */
function versionsOf(purl: string): string[] {
  const component = componentPackage(purl);
  const source = isMatchable(component) ? component.version : undefined;
  const own = readPurl(purl).version;
  return [own, source].filter((version) => version !== undefined);
}
