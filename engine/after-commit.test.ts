import { afterCommit } from "./after-commit.ts";
import type { Engine } from "./context.ts";

function recorded() {
  const lines: string[] = [];
  const log = { warn: (_: object, text: string) => void lines.push(text) } as unknown as Engine["log"];
  return { engine: { log } as Engine, lines };
}

afterEach(() => jest.useRealTimers());

test("waits for the step and says nothing when it is done", async () => {
  const { engine, lines } = recorded();
  let isDone = false;
  await afterCommit(engine, "x", async () => {
    isDone = true;
  });
  expect([isDone, lines]).toEqual([true, []]);
});

test("a step that fails is a line in the log and no error", async () => {
  const { engine, lines } = recorded();
  await afterCommit(engine, "nudging", () => Promise.reject(new Error("away")));
  expect(lines).toEqual([expect.stringContaining("nudging")]);
});

test("a step that hangs is not waited for", async () => {
  jest.useFakeTimers();
  const { engine, lines } = recorded();
  const answered = afterCommit(engine, "starting", () => new Promise(() => undefined));
  await jest.advanceTimersByTimeAsync(2_000);
  await answered;
  expect(lines).toEqual([expect.stringContaining("starting")]);
});
