/** How a long list is cut for calls that take only so much. */
export interface Pieces {
  readonly size: number;
  /** Calls that may be under way at once; one by default. They are sent in the order of the list. */
  readonly inFlight?: number;
}

/**
 * Calls a function over a long list in pieces and joins the answers, in the order of the list. With more than
 * one in flight the next piece is written while the server works on the one before. After a failure nothing
 * further is sent; what was under way may have been done.
 */
export async function inPieces<Item, Answer>(
  items: readonly Item[],
  { size, inFlight = 1 }: Pieces,
  call: (piece: readonly Item[]) => Promise<readonly Answer[]>,
): Promise<Answer[]> {
  const answers: (readonly Answer[])[] = [];
  let next = 0;
  async function sendInTurn(): Promise<void> {
    while (next < items.length) {
      const from = next;
      next += size;
      try {
        answers[from / size] = await call(items.slice(from, from + size));
      } catch (error) {
        next = items.length;
        throw error;
      }
    }
  }
  await Promise.all(Array.from({ length: inFlight }, sendInTurn));
  return answers.flat();
}
