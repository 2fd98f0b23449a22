import { z } from "@hono/zod-openapi";
import { invalidField } from "../../model/errors.ts";
import { cutPage, pageSizeDefault, pageSizeMax } from "../../model/paging/page.ts";
import type { Page } from "../../model/paging/page.ts";
import type { HttpContext } from "./env.ts";
import { queryInteger } from "./query.ts";

/** The query parameters of every list: spread them into its query schema. */
export const pageQuery = {
  pageSize: queryInteger(1, pageSizeMax)
    .default(pageSizeDefault)
    .openapi({ description: "The most items of this page.", default: pageSizeDefault }),
  pageToken: z.string().max(4000).optional().openapi({
    description: "`nextPageToken` of the page before. Valid for the same tenant and filter only.",
  }),
};

interface PageQuery {
  readonly pageSize: number;
  readonly pageToken?: string | undefined;
}

/** A page that a request asks for. */
export interface OpenPage<Cursor> {
  readonly pageSize: number;
  /** Rows to read: one more than the page has, which tells whether another page follows. */
  readonly limit: number;
  /** The last row of the page before; undefined for the first page. */
  readonly after: Cursor | undefined;
  /** The answer, from at most `limit` rows: how a row is shown, and the cursor of a row. */
  answer<Row, Item>(
    rows: readonly Row[],
    show: (row: Row) => Item,
    cursorOf: (row: Row) => Cursor,
  ): Page<Item>;
}

/**
 * Reads which page a request asks for. Pass the validated query whole: everything in it but `pageSize` and
 * `pageToken` is the filter that the token is bound to, beside the tenant and the path.
 */
export function openPage<Cursor>(
  c: HttpContext,
  query: PageQuery,
  cursor: z.ZodType<Cursor>,
): OpenPage<Cursor> {
  const { pageSize, pageToken, ...filter } = query;
  const binding = { tenant: c.var.identity.tenant, filter: { path: c.req.path, filter } };
  const tokens = c.var.services.pageTokens;
  return {
    pageSize,
    limit: pageSize + 1,
    after: pageToken === undefined ? undefined : parseCursor(cursor, tokens.open(pageToken, binding)),
    answer(rows, show, cursorOf) {
      const page = cutPage(rows, pageSize, cursorOf);
      const items = page.rows.map(show);
      return page.nextCursor === undefined
        ? { items }
        : { items, nextPageToken: tokens.seal(page.nextCursor, binding) };
    },
  };
}

/** A sealed cursor is our own; it can still be that of an older release. */
function parseCursor<Cursor>(schema: z.ZodType<Cursor>, opened: unknown): Cursor {
  const parsed = schema.safeParse(opened);
  if (parsed.success) return parsed.data;
  throw invalidField("pageToken", "is of an older release; leave it out to start again");
}
