import { expectBetween, expectEqual, expectPart, Mismatch } from "./expect.ts";

test("a part is found inside, fields beside it do not matter", () => {
  const came = { a: 1, deep: { list: [1, 2], more: true } };
  expect(() => expectPart("it", came, { deep: { list: [1, 2] } })).not.toThrow();
  expect(() => expectPart("it", came, { deep: { list: [1] } })).toThrow(Mismatch);
  expect(() => expectPart("it", undefined, { a: 1 })).toThrow(Mismatch);
});

test("a mismatch says what was expected and what came", () => {
  expect(() => expectEqual("words", ["a"], ["b"])).toThrow('Expected words ["b"]; came ["a"]');
  expect(() => expectBetween("beats", 3, 4, 10)).toThrow("Expected beats from 4 to 10; came 3");
  expect(() => expectBetween("beats", Number.NaN, 4, 10)).toThrow(Mismatch);
});
