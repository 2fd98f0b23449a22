import { type RawBuilder, sql } from "kysely";
import type { SeverityLevel } from "../../model/advisories/severity.ts";
import type { TenantTx } from "../tenant.ts";
import { type FindingsQuery, conditionsOf, driverOf } from "./query.ts";

/** A finding with the image that it is in. */
export interface FindingRow {
  readonly finding_id: number;
  readonly image_id: number;
  /** Of the image itself, or of the delta that told of the finding where the image is gone. */
  readonly image_digest: string;
  readonly repository: string | null;
  readonly purl: string;
  readonly vulnerability: string;
  readonly advisories: string[];
  readonly severity: SeverityLevel;
  readonly severity_rank: number;
  readonly score: number | null;
  readonly cvss: string | null;
  readonly fixed_version: string | null;
  readonly from_at: Date;
  readonly from_run: string;
  readonly from_cause: string;
  readonly to_at: Date | null;
  readonly to_run: string | null;
  readonly to_cause: string | null;
}

/** Where a page in order of ids begins. */
export type IdCursor = number;

/** Where a page in order of severity begins: rank, score (-1 without one), id. */
export type WorstCursor = [rank: number, score: number, findingId: number];

export function idCursorOf(row: FindingRow): IdCursor {
  return row.finding_id;
}

export function worstCursorOf(row: FindingRow): WorstCursor {
  return [row.severity_rank, row.score ?? -1, row.finding_id];
}

/** Findings in the order in which they were found. */
export async function selectById(
  tx: TenantTx,
  query: FindingsQuery,
  after: IdCursor | undefined,
  limit: number,
): Promise<FindingRow[]> {
  return (await byId(query, after, limit).execute(tx)).rows;
}

/** Findings by severity, worst first; of equal severity the higher score first. */
export async function selectWorstFirst(
  tx: TenantTx,
  query: FindingsQuery,
  after: WorstCursor | undefined,
  limit: number,
): Promise<FindingRow[]> {
  return (await worstFirst(query, after, limit).execute(tx)).rows;
}

/** The statement of `selectById`. */
export function byId(
  query: FindingsQuery,
  after: IdCursor | undefined,
  limit: number,
): RawBuilder<FindingRow> {
  return select(query, sql`f.finding_id > ${after ?? 0}`, sql`f.finding_id`, limit);
}

/** The statement of `selectWorstFirst`. */
export function worstFirst(
  query: FindingsQuery,
  after: WorstCursor | undefined,
  limit: number,
): RawBuilder<FindingRow> {
  const place = sql`f.severity_rank, -coalesce(f.score, -1), f.finding_id`;
  const isAfter =
    after === undefined
      ? sql`true`
      : sql`(${place}) > (${after[0]}::smallint, -${after[1]}::real, ${after[2]}::bigint)`;
  return select(query, isAfter, place, limit);
}

/**
 * Reads `limit` findings for each value of the driving column and keeps the first of all. So each value is
 * one ordered walk over its index, whatever the planner believes about how often the value occurs: with a
 * plain `= any(…) order by … limit` it walks the whole primary key when it believes in many.
 */
function select(
  query: FindingsQuery,
  isAfter: RawBuilder<unknown>,
  order: RawBuilder<unknown>,
  limit: number,
): RawBuilder<FindingRow> {
  const driver = driverOf(query);
  return sql<FindingRow>`
    with f as (
      select f.* from ${driver.values} cross join lateral (
        select f.* from scheduler.findings f
         where f.tenant_id = ${query.tenant} and ${driver.match} and ${isAfter}
           and ${conditionsOf(query, driver.column)}
         order by ${order} limit ${limit}) f
       order by ${order} limit ${limit})
    select f.finding_id, f.image_id, coalesce(i.digest, d.image_digest) as image_digest, i.repository, f.purl,
           f.vulnerability, f.advisories, f.severity, f.severity_rank, f.score, f.cvss, f.fixed_version,
           f.from_at, f.from_run, f.from_cause, f.to_at, f.to_run, f.to_cause
      from f
      left join scheduler.images i on i.tenant_id = f.tenant_id and i.image_id = f.image_id
      left join scheduler.deltas d
        on i.image_id is null and d.tenant_id = f.tenant_id and d.run_id = f.from_run and d.image_id = f.image_id
     order by ${order}
  `;
}
