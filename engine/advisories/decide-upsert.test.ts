import fc from "fast-check";
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

test("a batch decides as its records would one after the other, and numbers without a gap", () => {
  const records = fc.array(
    fc.record({
      id: fc.constantFrom("A", "B"),
      digest: fc.constantFrom("1", "2"),
      day: fc.integer({ min: 1, max: 3 }),
    }),
    { maxLength: 12 },
  );
  fc.assert(
    fc.property(records, (given) => {
      const batch = given.map(({ id, digest, day }) => record(id, digest, `2026-01-0${day}T00:00:00.000Z`));
      const together = decideBatch(batch, new Map(), 0);
      const current = new Map<string, { id: string; seq: number; digest: string; modifiedAt: Date }>();
      let seq = 0;
      const alone = batch.map((one) => {
        const { statuses, append, lastSeq } = decideBatch([one], current, seq);
        seq = lastSeq;
        for (const added of append) current.set(added.id, { ...added, modifiedAt: new Date(added.modified) });
        return statuses[0];
      });
      expect(together.statuses).toEqual(alone);
      expect(together.append.map((added) => added.seq)).toEqual(
        Array.from({ length: together.lastSeq }, (_, index) => index + 1),
      );
      const open = together.append.filter(({ supersededSeq }) => supersededSeq === null);
      expect(open.map(({ id }) => id).toSorted()).toEqual([...current.keys()].toSorted());
    }),
  );
});
