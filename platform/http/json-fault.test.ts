import * as fc from "fast-check";
import { jsonFaultOffset } from "./json-fault.ts";

const isJson = (text: string) => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

test.each([
  ['{"name": nope}', 9],
  ["{", 1],
  ["[1,]", 3],
  ['{"a" 1}', 5],
  ["[1}", 2],
  ["1 2", 2],
  ["  ", 2],
  ['"a\nb"', 0],
  ["01", 1],
])("%j stops being JSON at %i", (text, offset) => expect(jsonFaultOffset(text)).toBe(offset));

test.each([
  ["characters", "a"],
  ["escapes", "\\n"],
])("a fault behind a string of twenty million %s is found", (_, piece) => {
  const long = `["${piece.repeat(20_000_000)}",`;
  expect(jsonFaultOffset(`${long}nope]`)).toBe(long.length);
});

test("valid JSON has no fault", () => {
  fc.assert(fc.property(fc.json(), (text) => expect(jsonFaultOffset(text)).toBeUndefined()));
});

test("a fault is found exactly where JSON.parse refuses", () => {
  const damaged = fc
    .tuple(fc.json(), fc.nat(), fc.constantFrom("", "}", "]", ",", ":", '"', "1", "nul", "\\", " ", "\u00a0"))
    .map(
      ([text, at, piece]) =>
        text.slice(0, at % (text.length + 1)) + piece + text.slice((at % (text.length + 1)) + 1),
    );
  fc.assert(
    fc.property(damaged, (text) => expect(jsonFaultOffset(text) === undefined).toBe(isJson(text))),
    { numRuns: 2000 },
  );
});
