import { canTransition, isTerminal, jobStates, jobTransitions, openJobStates } from "./states.ts";

test("planned and queued are open, all others terminal", () => {
  expect(openJobStates).toEqual(["planned", "queued"]);
  expect(jobStates.filter(isTerminal)).toEqual(["succeeded", "failed", "incomplete", "cancelled", "parked"]);
});

test("a job goes back only from queued to planned", () => {
  const back = jobStates.flatMap((from, index) =>
    jobTransitions[from].filter((to) => jobStates.indexOf(to) < index).map((to) => `${from} to ${to}`),
  );
  expect(back).toEqual(["queued to planned"]);
});

test("a job that was never queued has no outcome but cancelled", () => {
  expect(jobStates.filter((to) => canTransition("planned", to))).toEqual(["queued", "cancelled"]);
});
