import { canTransition, isTerminal, openRunStates, runStates, runTransitions } from "./states.ts";

test("the open states are planning, queued and running", () => {
  expect(openRunStates).toEqual(["planning", "queued", "running"]);
});

test.each(openRunStates)("%s can be cancelled and can end in error", (state) => {
  expect(canTransition(state, "cancelled")).toBe(true);
  expect(canTransition(state, "error")).toBe(true);
});

test("nothing leaves a terminal state and nothing goes back", () => {
  for (const [index, from] of runStates.entries()) {
    expect(isTerminal(from)).toBe(index > 2);
    expect(runTransitions[from].every((to) => runStates.indexOf(to) > index)).toBe(true);
  }
  expect(canTransition("completed", "cancelled")).toBe(false);
});
