import * as fc from "fast-check";
import { checkBooks, type RunBooks } from "./books.ts";
import { booksError } from "./run-errors.ts";

const even: RunBooks = { planned: 10, succeeded: 4, failed: 3, incomplete: 2, cancelled: 1 };

test("books balance when every planned image has an outcome", () => {
  expect(checkBooks(even)).toEqual({ balanced: true });
  expect(checkBooks({ planned: 0, succeeded: 0, failed: 0, incomplete: 0, cancelled: 0 })).toEqual({
    balanced: true,
  });
});

test("lost images leave the outcomes short", () => {
  const check = checkBooks({ ...even, succeeded: 2 });
  expect(check).toEqual({ balanced: false, side: "outcomes", difference: 2 });
});

test("images counted twice leave the planned side short", () => {
  expect(checkBooks({ ...even, failed: 4 })).toEqual({ balanced: false, side: "planned", difference: 1 });
});

test("adding the difference to the short side balances the books", () => {
  const count = fc.nat(1_000);
  const books = fc.record({
    planned: count,
    succeeded: count,
    failed: count,
    incomplete: count,
    cancelled: count,
  });
  fc.assert(
    fc.property(books, (uneven) => {
      const check = checkBooks(uneven);
      const missing = check.balanced
        ? { planned: 0, outcomes: 0 }
        : { planned: 0, outcomes: 0, [check.side]: check.difference };
      const repaired = {
        ...uneven,
        planned: uneven.planned + missing.planned,
        failed: uneven.failed + missing.outcomes,
      };
      expect(checkBooks(repaired)).toEqual({ balanced: true });
    }),
  );
});

test("the error says which side is short and by how much", () => {
  expect(booksError({ balanced: false, side: "outcomes", difference: 2 })).toEqual({
    code: "ERR_RUN_BOOKS",
    message: "The books do not balance: the outcomes are short by 2 images.",
  });
  expect(booksError({ balanced: false, side: "planned", difference: 1 }).message).toContain(
    "planned side is short by 1 image.",
  );
});
