import fc from "fast-check";
import { batchesOf } from "./batches.ts";

const reference = (bytes: number) => ({
  outcomeBytes: 200,
  outcome: {
    status: "succeeded" as const,
    resultRef: { name: "result.json", digest: `sha256:${"0".repeat(64)}`, bytes },
  },
});

const weigh = (batch: readonly ReturnType<typeof reference>[]) =>
  batch.reduce((sum, { outcome, outcomeBytes }) => sum + Math.max(outcomeBytes, outcome.resultRef.bytes), 0);

test("every entry is in one batch, in order, and only a batch of one is above the limit", () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(3_000).map(reference)),
      fc.integer({ min: 1, max: 5_000 }),
      (entries, limit) => {
        const batches = [...batchesOf(entries, limit)];
        expect(batches.flat()).toEqual(entries);
        for (const batch of batches) expect(batch.length === 1 || weigh(batch) <= limit).toBe(true);
      },
    ),
  );
});

test("no batch could have taken the next entry, too", () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(3_000).map(reference)),
      fc.integer({ min: 1, max: 5_000 }),
      (entries, limit) => {
        const batches = [...batchesOf(entries, limit)];
        batches.slice(1).forEach((batch, at) => {
          expect(weigh([...batches[at]!, batch[0]!])).toBeGreaterThan(limit);
        });
      },
    ),
  );
});
