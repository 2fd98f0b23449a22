import { faultOf, sumTo } from "./ledger.ts";

const whole = { count: 3, sum: sumTo(3) };

test("a run in which each job was done once has no fault", () => {
  expect(faultOf(3, [2, 0, 1], whole)).toBeUndefined();
});

test("a lost result is a fault", () => {
  expect(faultOf(3, [0, 2], whole)).toMatch(/job 1 is lost/);
});

test("a result that is there twice is a fault", () => {
  expect(faultOf(3, [0, 1, 2, 1], whole)).toMatch(/1 results too many/);
});

test("a job that was executed twice is a fault, although its result counts once", () => {
  expect(faultOf(3, [0, 1, 2], { count: 4, sum: sumTo(3) + 1 })).toMatch(/4 executions/);
});

test("one job executed twice in the place of another is a fault", () => {
  expect(faultOf(3, [0, 1, 2], { count: 3, sum: 4 })).toMatch(/make 4/);
});

test("a worker that says nothing is a fault", () => {
  expect(faultOf(1, [0], undefined)).toMatch(/did not say/);
});
