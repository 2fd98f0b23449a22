import { inspect } from "node:util";
import { toQueueError } from "../src/queue-errors.ts";

test.each(["WRONGPASS invalid username-password pair", "ERR something else", "Connection is closed."])(
  "whatever prints a failed sign-in (%s) does not print the secret",
  (message) => {
    const command = { name: "auth", args: ["wk_1", "hunter2"] };
    const error = Object.assign(new Error(message), { name: "ReplyError", command });
    expect(inspect(toQueueError(error), { depth: 10 })).not.toContain("hunter2");
  },
);
