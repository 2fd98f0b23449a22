import fc from "fast-check";
import { inPieces } from "./in-pieces.ts";

const pause = (turns: number) => new Promise<void>((resolve) => void setTimeout(resolve, turns));

test("every item is sent once, in order, and answered in order, however many calls are in flight", async () => {
  const cases = fc.asyncProperty(
    fc.array(fc.integer(), { maxLength: 30 }),
    fc.integer({ min: 1, max: 7 }),
    fc.integer({ min: 1, max: 4 }),
    fc.infiniteStream(fc.nat({ max: 3 })),
    async (items, size, inFlight, turns) => {
      const sent: number[] = [];
      const answers = await inPieces(items, { size, inFlight }, async (piece) => {
        sent.push(...piece);
        await pause(turns.next().value ?? 0);
        return piece.map((item) => `${item}!`);
      });
      expect(sent).toEqual(items);
      expect(answers).toEqual(items.map((item) => `${item}!`));
    },
  );
  await fc.assert(cases, { numRuns: 30 });
});

test("no more calls are under way than allowed", async () => {
  let underWay = 0;
  let most = 0;
  await inPieces([1, 2, 3, 4, 5, 6], { size: 1, inFlight: 2 }, async () => {
    underWay += 1;
    most = Math.max(most, underWay);
    await pause(1);
    underWay -= 1;
    return [];
  });
  expect(most).toBe(2);
});

test("after a failure nothing further is sent", async () => {
  const sent: number[] = [];
  const sending = inPieces([0, 1, 2, 3, 4, 5], { size: 1, inFlight: 2 }, async ([item = 0]) => {
    sent.push(item);
    await pause(1);
    if (item === 1) throw new Error("away");
    return [];
  });
  await expect(sending).rejects.toThrow("away");
  await pause(5);
  expect(sent).toEqual([0, 1, 2]);
});
