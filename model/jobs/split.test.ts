import * as fc from "fast-check";
import { countOrdinals, hasOrdinal, listOrdinals, type OrdinalRange } from "./ordinals.ts";
import { restOfSegment } from "./split.ts";

test("what settled leaves holes", () => {
  expect(restOfSegment([[0, 10]], [0, 3, 4, 9])).toEqual([
    [1, 3],
    [5, 9],
  ]);
});

test("nothing settled leaves the segment, all settled leaves nothing", () => {
  expect(
    restOfSegment(
      [
        [5, 8],
        [10, 11],
      ],
      [],
    ),
  ).toEqual([
    [5, 8],
    [10, 11],
  ]);
  expect(restOfSegment([[5, 8]], [5, 6, 7])).toEqual([]);
});

test("ordinals of other segments change nothing", () => {
  expect(restOfSegment([[5, 8]], [1, 8, 100])).toEqual([[5, 8]]);
});

const segment = fc
  .array(fc.record({ gap: fc.integer({ min: 1, max: 5 }), length: fc.integer({ min: 1, max: 8 }) }), {
    maxLength: 6,
  })
  .map((parts) => {
    let end = 0;
    return parts.map(({ gap, length }): OrdinalRange => {
      const from = end + gap;
      end = from + length;
      return [from, end];
    });
  });

test("rest and settled are the segment, without overlap, in fewest ranges", () => {
  fc.assert(
    fc.property(segment, fc.array(fc.nat(60)), (ranges, settled) => {
      const rest = restOfSegment(ranges.toReversed(), settled);
      const expected = listOrdinals(ranges).filter((ordinal) => !settled.includes(ordinal));
      expect(listOrdinals(rest)).toEqual(expected);
      expect(countOrdinals(rest)).toBe(expected.length);
      expect(expected.every((ordinal) => hasOrdinal(rest, ordinal))).toBe(true);
      expect(rest.every(([from], index) => index === 0 || from > (rest[index - 1]?.[1] ?? 0))).toBe(true);
    }),
  );
});
