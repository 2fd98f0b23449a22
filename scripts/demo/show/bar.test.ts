import { bar, etaSeconds, progressText, rate } from "./bar.ts";

test("the bar is full only when all is done", () => {
  expect(bar({ done: 0, total: 3 }, 10)).toBe("░".repeat(10));
  expect(bar({ done: 199, total: 200 }, 10)).toBe("█".repeat(9) + "░");
  expect(bar({ done: 3, total: 3 }, 10)).toBe("█".repeat(10));
  expect(bar({ done: 0, total: 0 }, 4)).toBe("████");
});

test("pace and time left come from what is done", () => {
  const progress = { done: 50, total: 200, elapsedMs: 1_000 };
  expect(rate(progress)).toBe(50);
  expect(etaSeconds(progress)).toBe(3);
  expect(progressText(progress, "images")).toBe("50 of 200 images, 50/s, 3 s left");
});

test("before anything is done no time left is made up", () => {
  expect(progressText({ done: 0, total: 200, elapsedMs: 500 }, "images")).toBe("0 of 200 images");
  expect(progressText({ done: 2, total: 2, elapsedMs: 1_000 }, "images")).toBe("2 of 2 images, 2/s");
});
