import { hash } from "node:crypto";
import { factsOf } from "../../model/advisories/facts.ts";
import { parseOsv } from "../../model/advisories/osv.ts";
import { canonicalJson } from "../../model/canonical.ts";
import { invalidField } from "../../model/errors.ts";
import { advisoryPackageKeys } from "../../model/matching/package-keys.ts";
import { timestamp } from "../../model/time/timestamp.ts";
import type { ReadRecord } from "./decide-upsert.ts";

/** An index row holds 2,704 bytes; the key of a package shares it with the record's id. */
const packageKeyMaxBytes = 1_400;

/**
 * Reads one OSV record and reduces it to the facts that are stored.
 * @throws DomainError `invalid` that names the places.
 */
export function readRecord(document: unknown): ReadRecord {
  const facts = factsOf(parseOsv(document));
  const packageKeys = advisoryPackageKeys(facts);
  if (packageKeys.some((key) => Buffer.byteLength(key) > packageKeyMaxBytes)) {
    throw invalidField("affected", "names a package whose name is too long");
  }
  if (Buffer.byteLength(facts.id) > 256) throw invalidField("id", "must be at most 256 bytes");
  const text = canonicalJson(facts);
  return {
    id: facts.id,
    digest: `sha256:${hash("sha256", text)}`,
    modified: instant(facts.modified, "modified"),
    published: facts.published === undefined ? null : instant(facts.published, "published"),
    withdrawn: facts.withdrawn === undefined ? null : instant(facts.withdrawn, "withdrawn"),
    severity: facts.severity.level,
    facts: text,
    packageKeys,
    aliases: [...new Set(facts.aliases)],
  };
}

/** PostgreSQL holds the years 1 to 9999 of those that RFC 3339 can write. */
function instant(text: string, field: string): string {
  const parsed = timestamp.safeParse(text);
  if (!parsed.success) throw invalidField(field, parsed.error.issues[0]?.message ?? "is no instant");
  return parsed.data;
}
