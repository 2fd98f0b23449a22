/** The outcome books of a run, in images. */
export interface RunBooks {
  readonly planned: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly incomplete: number;
  readonly cancelled: number;
}

export type BooksCheck =
  | { readonly balanced: true }
  | {
      readonly balanced: false;
      /** Which side is too small: `outcomes` when images got lost, `planned` when some counted twice. */
      readonly side: "planned" | "outcomes";
      /** By how many images, always positive. */
      readonly difference: number;
    };

/** Checks that every planned image has exactly one outcome: planned = succeeded + failed + incomplete + cancelled. */
export function checkBooks(books: RunBooks): BooksCheck {
  const difference = books.planned - closedImages(books);
  if (difference === 0) return { balanced: true };
  return { balanced: false, side: difference > 0 ? "outcomes" : "planned", difference: Math.abs(difference) };
}

/** How many images have their outcome. */
export function closedImages(books: RunBooks): number {
  return books.succeeded + books.failed + books.incomplete + books.cancelled;
}
