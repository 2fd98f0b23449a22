import { unmovedLeases } from "./unmoved-leases.ts";

const lease = (worker: string, job: string) => ({ worker, job, attempt: 1 });

test("the worker that still holds the same jobs is the frozen one", () => {
  const before = [lease("a", "1"), lease("a", "2"), lease("b", "3")];
  const after = [lease("b", "9"), lease("a", "2"), lease("a", "1")];
  expect(unmovedLeases(before, after)).toBe(2);
});

test("a slow job of another worker does not count, as long as that worker moves", () => {
  const before = [lease("a", "1"), lease("b", "2"), lease("b", "3")];
  const after = [lease("a", "1"), lease("b", "3"), lease("b", "4")];
  expect(unmovedLeases(before, after)).toBe(1);
});

test.each([
  ["nobody holds anything", [], []],
  ["everything has moved", [lease("a", "1")], [lease("a", "2")]],
  ["two workers stand still", [lease("a", "1"), lease("b", "2")], [lease("a", "1"), lease("b", "2")]],
])("when %s, none is known to be frozen", (_, before, after) => {
  expect(unmovedLeases(before, after)).toBe(0);
});
