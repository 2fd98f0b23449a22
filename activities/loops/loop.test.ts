import { createLog } from "../../platform/log/log.ts";
import { startLoop } from "./loop.ts";

const log = createLog({ service: "test", level: "silent" });

/** Takes the steps in turn, then stops the loop and answers what was called. */
async function play(
  steps: readonly ("ok" | "fail")[],
  recoveries: readonly ("ok" | "fail")[],
): Promise<string[]> {
  const calls: string[] = [];
  const done = Promise.withResolvers<void>();
  let step = 0;
  let recovery = 0;
  const loop = startLoop(
    {
      name: "test",
      log,
      recover: async () => {
        calls.push("recover");
        failWhere(recoveries, recovery++);
      },
    },
    async () => {
      calls.push("step");
      if (step === steps.length - 1) done.resolve();
      failWhere(steps, step++);
      return step >= steps.length ? 60_000 : 0;
    },
  );
  await done.promise;
  await loop.stop();
  return calls;
}

function failWhere(list: readonly ("ok" | "fail")[], at: number): void {
  if (list[at] === "fail") throw new Error("away");
}

test("after a failed step the next one waits for a recovery that succeeds", async () => {
  expect(await play(["ok", "fail", "ok"], ["fail", "fail", "ok"])).toEqual([
    "step",
    "step",
    "recover",
    "recover",
    "recover",
    "step",
  ]);
});

test("stopping ends the pause between two steps", async () => {
  const started = performance.now();
  await play(["ok"], []);
  expect(performance.now() - started).toBeLessThan(5_000);
});
