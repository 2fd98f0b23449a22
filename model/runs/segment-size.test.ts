import { segmentSize } from "./segment-size.ts";

test.each([
  [0, 4, 1],
  [1, 4, 1],
  [200, 4, 7],
  [6_400, 4, 200],
  [1_000_000, 4, 200],
  [100, 0, 13],
  [100, 1_000, 1],
])("%i images on %i slots make segments of %i", (planned, slots, size) => {
  expect(segmentSize(planned, slots)).toBe(size);
});
