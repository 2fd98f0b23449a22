import { DomainError } from "../../model/errors.ts";
import { toValkeyFailure, WrongEpochError } from "./errors.ts";

function reply(message: string): Error {
  const error = new Error(message);
  error.name = "ReplyError";
  return error;
}

test.each(["WRONG_EPOCH the queue is not open", "NOGROUP No such key", "ERR Function not found"])(
  "%s means that the queue was lost",
  (message) => expect(toValkeyFailure(reply(message))).toBeInstanceOf(WrongEpochError),
);

test.each([
  reply("LOADING Redis is loading"),
  reply("OOM command not allowed"),
  new Error("Command timed out"),
])("%s means: try again", (error) =>
  expect(toValkeyFailure(error)).toMatchObject({ name: "DomainError", code: "unavailable" }),
);

test("a wrong argument stays the bug that it is", () => {
  const bug = reply("BAD_ARGUMENT kind");
  expect(toValkeyFailure(bug)).toBe(bug);
  const known = new DomainError("unavailable", "x");
  expect(toValkeyFailure(known)).toBe(known);
});
