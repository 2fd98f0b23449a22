import { countLanguages, findWorkerPrograms } from "./find-programs.ts";
import { typescriptWorker } from "./worker-program.ts";

const options = { signal: new AbortController().signal, onLine: () => undefined };
const path = process.env["PATH"];
afterEach(() => {
  process.env["PATH"] = path;
});

test("where neither Go nor Python is installed the bundled worker is what there is, and it is said why", async () => {
  process.env["PATH"] = "/nowhere";
  expect(await findWorkerPrograms(options)).toEqual({
    programs: [typescriptWorker],
    missing: ["Go is not installed", "Python 3.10 or newer is not installed"],
  });
});

test("a fleet is told by its languages", () => {
  const workers = ["TypeScript", "TypeScript", "Go", "Python"].map((language) => ({ language }));
  expect(countLanguages(workers)).toBe("2 TypeScript, 1 Go, 1 Python");
});
