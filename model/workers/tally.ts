/**
 * One cell of the books about workers: the ended attempts of one tenant's jobs of one kind, of one worker or of
 * the whole fleet. A failure is `refuted` when another worker did the same job later.
 */
export interface Tally {
  readonly tenant: string;
  readonly kind: string;
  readonly succeeded: number;
  readonly failed: number;
  readonly crashed: number;
  readonly refuted: number;
}

/** Tallies by tenant and kind, each cell once. */
export type Books = ReadonlyMap<string, Tally>;

/** Adds up what belongs to one cell. */
export function booksOf(tallies: readonly Tally[]): Books {
  const books = new Map<string, Tally>();
  for (const tally of tallies) {
    const cell = `${tally.tenant}\n${tally.kind}`;
    const known = books.get(cell);
    books.set(cell, known === undefined ? tally : sumOf(known, tally));
  }
  return books;
}

export function sumOf(a: Tally, b: Tally): Tally {
  return {
    ...a,
    succeeded: a.succeeded + b.succeeded,
    failed: a.failed + b.failed,
    crashed: a.crashed + b.crashed,
    refuted: a.refuted + b.refuted,
  };
}

export const failuresOf = ({ failed, crashed }: Tally): number => failed + crashed;
export const attemptsOf = (tally: Tally): number => tally.succeeded + failuresOf(tally);
