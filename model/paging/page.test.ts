import * as fc from "fast-check";
import { cutPage } from "./page.ts";

test("walking the pages by cursor gives every row once, in order", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 1, max: 20 }), (count, pageSize) => {
      const all = Array.from({ length: count }, (_, index) => index);
      const seen: number[] = [];
      let after: number | undefined = -1;
      while (after !== undefined) {
        const from: number = after;
        const page = cutPage(all.filter((row) => row > from).slice(0, pageSize + 1), pageSize, (row) => row);
        seen.push(...page.rows);
        after = page.nextCursor;
      }
      expect(seen).toEqual(all);
    }),
  );
});
