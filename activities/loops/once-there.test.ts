import { createLog } from "../../platform/log/log.ts";
import { onceThere } from "./once-there.ts";

const log = createLog({ service: "test", level: "silent" });
const never = new Promise<never>(() => undefined);
const away = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });

test("waits while a server is away", async () => {
  let calls = 0;
  const work = async () => {
    if (++calls < 2) throw away;
    return "there";
  };
  expect(await onceThere(log, never, work)).toBe("there");
});

test("a fault that no waiting mends ends it", async () => {
  await expect(onceThere(log, never, () => Promise.reject(new TypeError("a bug")))).rejects.toThrow("a bug");
});

test("a process that shall stop waits no longer", async () => {
  await expect(onceThere(log, Promise.resolve(), () => Promise.reject(away))).rejects.toThrow("ECONNREFUSED");
});
