import { z } from "zod";

export const pageSizeDefault = 50;
export const pageSizeMax = 500;

/** One page of a list. `nextPageToken` is absent on the last page. */
export interface Page<Item> {
  items: Item[];
  nextPageToken?: string;
}

/** The schema of a page over the item's schema. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({
    items: z.array(item).meta({ description: "This page's items." }),
    nextPageToken: z
      .string()
      .optional()
      .meta({ description: "Send it as `pageToken` for the next page; absent on the last one." }),
  });
}

/**
 * Cuts a page out of rows that were read with one row more than asked for: `limit pageSize + 1`.
 * Answers the rows of the page and, when there are more, the cursor of its last row.
 */
export function cutPage<Row, Cursor>(
  rows: readonly Row[],
  pageSize: number,
  cursorOf: (last: Row) => Cursor,
): { rows: Row[]; nextCursor: Cursor | undefined } {
  const page = rows.slice(0, pageSize);
  const last = page.at(-1);
  return {
    rows: page,
    nextCursor: rows.length > pageSize && last !== undefined ? cursorOf(last) : undefined,
  };
}
