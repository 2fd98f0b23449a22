import { z } from "zod";
import { severityOfVector } from "./cvss.ts";
import type { OsvRecord } from "./osv.ts";
import { compareSeverities, type Severity, type SeverityLevel, severitySchema } from "./severity.ts";

/** What happens to a package at a version: `introduced` and `fixed` include it, `lastAffected` too. */
export const rangeEventSchema = z.object({
  event: z.enum(["introduced", "fixed", "lastAffected", "limit"]),
  version: z.string(),
});

export type RangeEvent = z.infer<typeof rangeEventSchema>;

export const affectedPackageSchema = z.object({
  /** As OSV writes it: `Go`, `Debian:12`. */
  ecosystem: z.string(),
  name: z.string(),
  purl: z.string().optional(),
  /** Ranges of versions; ranges of git commits are left out. Several ranges are alternatives. */
  ranges: z.array(z.object({ events: z.array(rangeEventSchema) })),
  /** Versions named one by one. */
  versions: z.array(z.string()),
});

export type AffectedPackage = z.infer<typeof affectedPackageSchema>;

/** A record reduced to what matching needs: this is stored, cached and sent to workers; it holds no prose. */
export const advisoryFactsSchema = z.object({
  id: z.string(),
  /** Other ids of the same vulnerability, sorted. */
  aliases: z.array(z.string()),
  modified: z.string(),
  published: z.string().optional(),
  /** Set when the record was taken back: it then matches nothing. */
  withdrawn: z.string().optional(),
  affected: z.array(affectedPackageSchema),
  severity: severitySchema,
});

export type AdvisoryFacts = z.infer<typeof advisoryFactsSchema>;

/** Reduces a record to its facts. The same record always gives the same facts. */
export function factsOf(osv: OsvRecord): AdvisoryFacts {
  return {
    id: osv.id,
    aliases: aliasesOf(osv),
    modified: osv.modified,
    ...(osv.published == null ? {} : { published: osv.published }),
    ...(osv.withdrawn == null ? {} : { withdrawn: osv.withdrawn }),
    affected: (osv.affected ?? []).flatMap(affectedOf),
    severity: severityOf(osv),
  };
}

/**
 * `aliases`, and `upstream` where it names exactly one record: the record of a distribution for one CVE
 * is that CVE for whoever reads findings, while a distribution's notice about many is none of them.
 */
function aliasesOf(osv: OsvRecord): string[] {
  const upstream = osv.upstream?.length === 1 ? osv.upstream : [];
  const others = new Set([...(osv.aliases ?? []), ...upstream]);
  others.delete(osv.id);
  return [...others].sort();
}

type OsvAffected = NonNullable<OsvRecord["affected"]>[number];

function affectedOf(entry: OsvAffected): AffectedPackage[] {
  if (entry.package === undefined) return [];
  const { ecosystem, name, purl } = entry.package;
  const ranges = (entry.ranges ?? [])
    .filter((range) => range.type !== "GIT")
    .map((range) => ({ events: range.events.flatMap(eventsOf) }));
  return [
    { ecosystem, name, ...(purl === undefined ? {} : { purl }), ranges, versions: entry.versions ?? [] },
  ];
}

type OsvEvent = NonNullable<OsvAffected["ranges"]>[number]["events"][number];

/** The schema allows one kind an event; old records put `introduced` and `fixed` into one. */
function eventsOf(osv: OsvEvent): RangeEvent[] {
  const events: RangeEvent[] = [];
  if (osv.introduced !== undefined) events.push({ event: "introduced", version: osv.introduced });
  if (osv.fixed !== undefined) events.push({ event: "fixed", version: osv.fixed });
  if (osv.last_affected !== undefined) events.push({ event: "lastAffected", version: osv.last_affected });
  if (osv.limit !== undefined) events.push({ event: "limit", version: osv.limit });
  return events;
}

const wordLevels: ReadonlyMap<string, SeverityLevel> = new Map([
  ["critical", "critical"],
  ["high", "high"],
  ["moderate", "medium"],
  ["medium", "medium"],
  ["low", "low"],
  ["negligible", "low"],
]);

/** The vector of the newest CVSS version, else a word of the database, else `unknown`. */
function severityOf(osv: OsvRecord): Severity {
  const own = osv.severity ?? [];
  const rated = own.length > 0 ? own : (osv.affected ?? []).flatMap((entry) => entry.severity ?? []);
  for (const type of ["CVSS_V4", "CVSS_V3", "CVSS_V2"]) {
    const severities = rated
      .filter((rating) => rating.type === type)
      .map((rating) => severityOfVector(rating.score))
      .filter((severity) => severity !== undefined)
      .sort(compareSeverities);
    if (severities[0] !== undefined) return severities[0];
  }
  const words = [osv.database_specific?.severity, ...rated.map((rating) => rating.score)];
  for (const word of words) {
    const level = typeof word === "string" ? wordLevels.get(word.toLowerCase()) : undefined;
    if (level !== undefined) return { level };
  }
  return { level: "unknown" };
}
