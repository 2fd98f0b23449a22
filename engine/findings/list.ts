import type {
  FindingsCoverage,
  FindingView,
  ImageFindingsCoverage,
} from "../../model/findings/finding-view.ts";
import {
  type IdCursor,
  type WorstCursor,
  idCursorOf,
  selectById,
  selectWorstFirst,
  worstCursorOf,
} from "../../store/findings/select.ts";
import { withTenant } from "../../store/tenant.ts";
import type { Ctx } from "../context.ts";
import { coverageOf, coverageOfImage } from "./coverage.ts";
import { type FindingsFilter, resolveQuestion } from "./question.ts";
import { showFindings } from "./show.ts";

/** What the verbs about findings need: they read only. */
export type FindingsReader = Pick<Ctx, "app" | "caller">;

/** A finding with its place in the list that it was read from, where the next page begins. */
export interface PlacedFinding<Place> {
  readonly view: FindingView;
  readonly place: Place;
}

/** Findings of many images, in the order in which they were found; `limit` is one more than the page has. */
export async function listFindings(
  ctx: FindingsReader,
  input: {
    readonly filter: FindingsFilter;
    readonly after: IdCursor | undefined;
    readonly limit: number;
    /** The coverage that the first page told: it is counted once for all pages. */
    readonly coverage?: FindingsCoverage | undefined;
  },
): Promise<{ findings: PlacedFinding<IdCursor>[]; coverage: FindingsCoverage }> {
  const { tenant } = ctx.caller.identity;
  return withTenant(ctx.app, tenant, async (tx, now) => {
    const query = await resolveQuestion(tx, now, tenant, input.filter);
    const coverage = input.coverage ?? (await coverageOf(tx, now, tenant, input.filter));
    if (query === undefined) return { findings: [], coverage };
    const rows = await selectById(tx, query, input.after, input.limit);
    const shown = await showFindings(tx, query, rows);
    return { findings: shown.map(({ view, row }) => ({ view, place: idCursorOf(row) })), coverage };
  });
}

/** Findings of one image, worst first; `limit` is one more than the page has. @throws DomainError `not_found` */
export async function listFindingsOfImage(
  ctx: FindingsReader,
  input: {
    readonly digest: string;
    readonly filter: Omit<FindingsFilter, "image" | "repository" | "namespace">;
    readonly after: WorstCursor | undefined;
    readonly limit: number;
  },
): Promise<{ findings: PlacedFinding<WorstCursor>[]; coverage: ImageFindingsCoverage }> {
  const { tenant } = ctx.caller.identity;
  return withTenant(ctx.app, tenant, async (tx, now) => {
    const coverage = await coverageOfImage(tx, now, tenant, input.digest);
    const query = await resolveQuestion(tx, now, tenant, { ...input.filter, image: input.digest });
    if (query === undefined) return { findings: [], coverage };
    const rows = await selectWorstFirst(tx, query, input.after, input.limit);
    const shown = await showFindings(tx, query, rows);
    return { findings: shown.map(({ view, row }) => ({ view, place: worstCursorOf(row) })), coverage };
  });
}
