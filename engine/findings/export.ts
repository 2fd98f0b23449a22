import type { FindingsCoverage, FindingView } from "../../model/findings/finding-view.ts";
import { csvHeader, findingCsvLine } from "../../model/findings/csv.ts";
import { toTimestamp } from "../../model/time/timestamp.ts";
import { countFindings } from "../../store/findings/count.ts";
import type { FindingsQuery } from "../../store/findings/query.ts";
import { idCursorOf, selectById, selectWorstFirst } from "../../store/findings/select.ts";
import { type TenantTx, withTenant } from "../../store/tenant.ts";
import { coverageOf, coverageOfImage } from "./coverage.ts";
import type { FindingsReader } from "./list.ts";
import { type FindingsFilter, resolveQuestion } from "./question.ts";
import { showFindings } from "./show.ts";

/** The most findings of a CSV file. */
export const csvFindingsMax = 100_000;

/** The most results of a SARIF file: code scanning shows no more of one run. */
export const sarifFindingsMax = 5_000;

/** Which findings a file holds. `digest` asks for one image, which must exist. */
export interface ExportInput {
  readonly filter: FindingsFilter;
  readonly digest?: string | undefined;
}

/** A file of findings, to be written piece by piece. */
export interface FindingsCsv {
  readonly coverage: FindingsCoverage;
  /** True when there are more findings than the file holds; it then holds those that were found first. */
  readonly isTruncated: boolean;
  /** The lines, some at a time: each piece is read when it is asked for, in a transaction of its own. */
  readonly pieces: AsyncGenerator<string, void, undefined>;
}

/** Rows that are read and held at a time. */
const pieceRows = 1_000;

/**
 * All findings that the filter means, in the order in which they were found, as they stand at one instant:
 * that of the call, where the filter names none. @throws DomainError `invalid`, `not_found`
 */
export async function exportCsv(ctx: FindingsReader, input: ExportInput): Promise<FindingsCsv> {
  const { coverage, isTruncated, query, showsPast } = await open(ctx, input, csvFindingsMax);
  return { coverage, isTruncated, pieces: writeCsv(ctx, query, showsPast) };
}

/**
 * What a SARIF file holds: the worst findings that the filter means, all of them at once.
 * @throws DomainError `invalid`, `not_found`
 */
export async function exportSarif(
  ctx: FindingsReader,
  input: ExportInput,
): Promise<{ findings: FindingView[]; coverage: FindingsCoverage; isTruncated: boolean; asOf?: string }> {
  const { tenant } = ctx.caller.identity;
  return withTenant(ctx.app, tenant, async (tx, now) => {
    const coverage = await readCoverage(tx, now, tenant, input);
    const query = await resolveQuestion(tx, now, tenant, filterOf(input));
    const rows =
      query === undefined ? [] : await selectWorstFirst(tx, query, undefined, sarifFindingsMax + 1);
    const shown = query === undefined ? [] : await showFindings(tx, query, rows.slice(0, sarifFindingsMax));
    return {
      findings: shown.map(({ view }) => view),
      coverage,
      isTruncated: rows.length > sarifFindingsMax,
      ...(query?.at !== undefined && { asOf: toTimestamp(query.at.getTime()) }),
    };
  });
}

async function open(ctx: FindingsReader, input: ExportInput, max: number) {
  const { tenant } = ctx.caller.identity;
  return withTenant(ctx.app, tenant, async (tx, now) => {
    const coverage = await readCoverage(tx, now, tenant, input);
    const asked = await resolveQuestion(tx, now, tenant, filterOf(input));
    const query = asked === undefined ? undefined : { ...asked, at: asked.at ?? now };
    const count = query === undefined ? 0 : await countFindings(tx, query, max + 1);
    return { coverage, query, showsPast: asked?.at !== undefined, isTruncated: count > max };
  });
}

function readCoverage(
  tx: TenantTx,
  now: Date,
  tenant: string,
  { filter, digest }: ExportInput,
): Promise<FindingsCoverage> {
  return digest === undefined
    ? coverageOf(tx, now, tenant, filter)
    : coverageOfImage(tx, now, tenant, digest);
}

function filterOf({ filter, digest }: ExportInput): FindingsFilter {
  return digest === undefined ? filter : { ...filter, image: digest };
}

async function* writeCsv(
  ctx: FindingsReader,
  query: FindingsQuery | undefined,
  showsPast: boolean,
): AsyncGenerator<string, void, undefined> {
  yield csvHeader;
  if (query === undefined) return;
  let after = 0;
  for (let left = csvFindingsMax; left > 0;) {
    const shown = await readPiece(ctx, query, after, Math.min(pieceRows, left));
    const last = shown.at(-1);
    if (last === undefined) return;
    yield shown.map(({ view }) => findingCsvLine(showsPast ? view : withoutEnd(view))).join("");
    after = idCursorOf(last.row);
    left -= shown.length;
  }
}

function readPiece(ctx: FindingsReader, query: FindingsQuery, after: number, limit: number) {
  return withTenant(ctx.app, query.tenant, async (tx) => {
    const rows = await selectById(tx, query, after, limit);
    return showFindings(tx, query, rows);
  });
}

/** An end that came while the file was written is none at its instant. */
function withoutEnd({
  closedAt: _at,
  closedRun: _run,
  closedCause: _cause,
  ...view
}: FindingView): FindingView {
  return view;
}
