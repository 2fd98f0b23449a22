import { createLog } from "../log/log.ts";
import { createReadiness } from "./readiness.ts";

const log = createLog({ service: "test", level: "silent" });

test("a dependency that does not answer is given up after the timeout", async () => {
  const ask = createReadiness({ temporal: () => new Promise(() => undefined) }, log, 20);
  expect(await ask()).toEqual([
    { name: "temporal", ok: false, ms: expect.any(Number), error: "no answer within 20 ms" },
  ]);
});

test("callers at the same time share one round of checks", async () => {
  let asked = 0;
  const ask = createReadiness({ postgres: async () => ++asked }, log);
  await Promise.all([ask(), ask(), ask()]);
  expect(asked).toBe(1);
  await ask();
  expect(asked).toBe(2);
});
