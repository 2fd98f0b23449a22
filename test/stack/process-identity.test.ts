import { isAlive, parseProcStat, startMark } from "../../scripts/stack/process-identity.ts";

const stat = (name: string, state: string) =>
  `4242 (${name}) ${state} 1 4242 4242 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 987654 1000 200`;

test("reads state and start of a process whose name holds blanks and brackets", () => {
  expect(parseProcStat(stat("a) Z (b", "S"))).toEqual({ state: "S", startTicks: "987654" });
});

test("a text that is no stat line has no answer", () => expect(parseProcStat("")).toBeUndefined());

test("a process is itself, and not another one with the same pid", () => {
  const mark = startMark(process.pid) ?? "";
  expect(isAlive({ pid: process.pid, startMark: mark })).toBe(true);
  expect(isAlive({ pid: process.pid, startMark: `${mark}0` })).toBe(false);
});

test("a pid that nobody has is not alive", () => {
  expect(startMark(2 ** 22 + 1)).toBeUndefined();
});
