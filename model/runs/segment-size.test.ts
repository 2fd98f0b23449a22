import * as fc from "fast-check";
import { retrySegmentSize, segmentSize } from "./segment-size.ts";

test.each([
  [0, 4, 200, 1],
  [1, 4, 200, 1],
  [200, 4, 200, 7],
  [6_400, 4, 200, 200],
  [1_000_000, 4, 200, 200],
  [1_000_000, 4, 50, 50],
  [200, 4, 1, 1],
  [100, 0, 200, 13],
  [100, 1_000, 200, 1],
])("%i images on %i slots, at most %i in a segment, make segments of %i", (planned, slots, largest, size) => {
  expect(segmentSize(planned, slots, largest)).toBe(size);
});

test("an image that is given up again and again is alone in its segment after five retries at most", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 200 }), (images) => {
      let size = images;
      for (let retries = 0; retries < 5; retries++) size = retrySegmentSize(size);
      return size === 1;
    }),
  );
});
