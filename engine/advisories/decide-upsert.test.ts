import { decideBatch, type ReadRecord } from "./decide-upsert.ts";

const record = (id: string, digest: string, modified = "2026-01-02T00:00:00.000Z"): ReadRecord => ({
  id,
  digest,
  modified,
  published: null,
  withdrawn: null,
  severity: "unknown",
  facts: "{}",
  packageKeys: [],
  aliases: [],
});
const head = (id: string, seq: number, digest: string) =>
  new Map([[id, { id, seq, digest, modifiedAt: new Date("2026-01-02T00:00:00.000Z") }]]);

test("new records get the next numbers in their order", () => {
  const { append, lastSeq, statuses } = decideBatch([record("A", "1"), record("B", "2")], new Map(), 7);
  expect(statuses).toEqual(["created", "created"]);
  expect(append.map(({ id, seq }) => [id, seq])).toEqual([
    ["A", 8],
    ["B", 9],
  ]);
  expect(lastSeq).toBe(9);
});

test("the same facts change nothing and take no number", () => {
  expect(decideBatch([record("A", "1")], head("A", 3, "1"), 7)).toEqual({
    statuses: ["unchanged"],
    append: [],
    replaced: [],
    lastSeq: 7,
  });
});

test("an older date of modification is stale, an equal one counts", () => {
  const older = record("A", "2", "2026-01-01T23:59:59.999Z");
  expect(decideBatch([older], head("A", 3, "1"), 7).statuses).toEqual(["stale"]);
  const equal = decideBatch([record("A", "2")], head("A", 3, "1"), 7);
  expect(equal.statuses).toEqual(["updated"]);
  expect(equal.replaced).toEqual([{ id: "A", seq: 3, supersededSeq: 8 }]);
});

test("a record replaces one of its own batch", () => {
  const { append, replaced, statuses } = decideBatch([record("A", "1"), record("A", "2")], new Map(), 0);
  expect(statuses).toEqual(["created", "updated"]);
  expect(append.map(({ seq, supersededSeq }) => [seq, supersededSeq])).toEqual([
    [1, 2],
    [2, null],
  ]);
  expect(replaced).toEqual([]);
});
