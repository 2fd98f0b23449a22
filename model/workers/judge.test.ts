import fc from "fast-check";
import { judgeNow, judgeWorker, sickRule } from "./judge.ts";
import { type Books, booksOf, type Tally } from "./tally.ts";

function tally(attempts: number, refuted: number, more: Partial<Tally> = {}): Tally {
  const failed = more.failed ?? refuted;
  return { tenant: "acme", kind: "scan", succeeded: attempts - failed, failed, crashed: 0, refuted, ...more };
}

/** A worker beside one other that stands for all others. */
function isSick(own: readonly Tally[], others: readonly Tally[]): boolean {
  return judgeWorker(booksOf(own), booksOf([...own, ...others])).isSick;
}

test("a worker whose jobs all succeed elsewhere is sick, the one where they succeed is not", () => {
  expect(isSick([tally(20, 20)], [tally(200, 0)])).toBe(true);
  expect(isSick([tally(200, 0)], [tally(20, 20)])).toBe(false);
});

test("a worker that fails a quarter beside healthy ones is sick after some dozens of attempts", () => {
  expect(isSick([tally(40, 10)], [tally(400, 2)])).toBe(true);
});

test.each([
  ["too few attempts of its own", [tally(19, 19)], [tally(1_000, 0)]],
  ["too few attempts of others", [tally(1_000, 1_000)], [tally(19, 0)]],
  ["too few failures", [tally(20, 4)], [tally(1_000, 0)]],
  ["nobody who does what it does", [tally(100, 100)], [tally(100, 0, { kind: "graph" })]],
  ["an excess that matters to nobody", [tally(10_000, 500)], [tally(100_000, 0)]],
])("nothing is said with %s", (_what, own, others) => {
  expect(isSick(own, others)).toBe(false);
});

test("failures that no other worker refuted speak against the jobs, not against the worker", () => {
  expect(isSick([tally(100, 0, { failed: 100 })], [tally(1_000, 0)])).toBe(false);
});

const cell = fc.record({
  tenant: fc.constantFrom("a", "b", "c"),
  kind: fc.constantFrom("scan", "graph"),
  attempts: fc.integer({ min: 1, max: 5_000 }),
  others: fc.integer({ min: 1, max: 50_000 }),
  rate: fc.double({ min: 0, max: 1, noNaN: true }),
});

test("no worker is sick for what fails as often with the others, however tenants and kinds are spread", () => {
  fc.assert(
    fc.property(fc.uniqueArray(cell, { selector: ({ tenant, kind }) => tenant + kind }), (cells) => {
      const own = cells.map(({ attempts, rate, ...where }) =>
        tally(attempts, Math.floor(attempts * rate), where),
      );
      const others = cells.map(({ others: attempts, rate, ...where }) =>
        tally(attempts, Math.ceil(attempts * rate), where),
      );
      expect(isSick(own, others)).toBe(false);
    }),
  );
});

test("what a worker fails in a cell where nobody else works never makes it sick", () => {
  fc.assert(
    fc.property(fc.array(cell), (cells) => {
      const own = cells.map(({ attempts, ...where }) =>
        tally(attempts, attempts, { ...where, tenant: "own" }),
      );
      const others = cells.map(({ others: attempts, ...where }) => tally(attempts, 0, where));
      expect(isSick(own, others)).toBe(false);
    }),
  );
});

test("more refuted failures never make a sick worker healthy", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 500 }),
      fc.integer({ min: 0, max: 500 }),
      fc.integer({ min: 1, max: 5_000 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (attempts, fewer, others, rate) => {
        const less = Math.min(fewer, attempts - 1);
        const beside = [tally(others, Math.floor(others * rate))];
        const before = isSick([tally(attempts, less)], beside);
        expect(before && !isSick([tally(attempts, less + 1)], beside)).toBe(false);
      },
    ),
  );
});

describe("the latest hours", () => {
  const sick: { own: Books; fleet: Books } = {
    own: booksOf([tally(50, 50)]),
    fleet: booksOf([tally(50, 50), tally(500, 0)]),
  };
  const healthy = { own: booksOf([tally(50, 0)]), fleet: booksOf([tally(550, 0)]) };
  const few = { own: booksOf([tally(sickRule.attempts - 1, 0)]), fleet: booksOf([tally(550, 0)]) };

  test("decide when they have enough to say", () => {
    expect([judgeNow(sick, healthy), judgeNow(healthy, sick)]).toEqual([true, false]);
  });
  test("leave it to the day when they have not", () => {
    expect([judgeNow(few, sick), judgeNow(few, healthy)]).toEqual([true, false]);
  });
});
