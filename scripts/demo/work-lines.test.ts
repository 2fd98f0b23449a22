import { workLines } from "./work-lines.ts";

const worker = (language: string, succeeded: number) => ({ sdk: { language }, attempts: { succeeded } });

test("jobs are summed by language, those who did most first", () => {
  const workers = [worker("go", 3), worker("typescript", 20), worker("python", 1), worker("typescript", 5)];
  expect(workLines(workers)).toEqual([
    "TypeScript: 25 jobs by 2 workers",
    "Go: 3 jobs by 1 worker",
    "Python: 1 job by 1 worker",
  ]);
});

test("a language that nobody here knows has its own name", () => {
  expect(workLines([worker("rust", 2)])).toEqual(["rust: 2 jobs by 1 worker"]);
});
