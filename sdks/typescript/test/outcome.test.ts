import { cutToBytes, outcomeOfError } from "../src/outcome.ts";
import { RetryAfter } from "../src/outcome-words.ts";

test.each([
  ["short", 100, "short"],
  ["üüü", 5, "üü"],
  ["a😀b", 4, "a"],
  ["", 0, ""],
])("%j cut to %i bytes is %j", (text, bytes, expected) => expect(cutToBytes(text, bytes)).toBe(expected));

test("an unknown error keeps its name, its message and five frames, within 1 kB", () => {
  const outcome = outcomeOfError(new RangeError("far too large: ".repeat(200)));
  expect(outcome).toMatchObject({ status: "failed", error: { class: "transient", code: "RangeError" } });
  const plain = outcomeOfError(new TypeError("x is not a function"));
  const message = plain.status === "failed" ? plain.error.message : "";
  expect(message.split("\n")).toHaveLength(6);
  expect(message).toMatch(/^TypeError: x is not a function\nat /);
  expect(JSON.stringify(outcome).length).toBeLessThan(1_200);
});

test.each([undefined, null, "text", 7])("%j thrown as an error is transient too", (thrown) =>
  expect(outcomeOfError(thrown)).toMatchObject({ error: { class: "transient", code: "NOT_AN_ERROR" } }),
);

test("RetryAfter takes no negative time and at most a day", () => {
  expect(() => new RetryAfter(-1)).toThrow(RangeError);
  expect(() => new RetryAfter(Number.NaN)).toThrow(RangeError);
  expect(new RetryAfter(1e9).seconds).toBe(86_400);
});
