import { parseFaultsArguments } from "./arguments.ts";

test("without flags it is the short form", () => {
  expect(parseFaultsArguments([])).toEqual({
    minutes: 2,
    jobs: 6_000,
    seed: 1,
    isJson: false,
    dataDir: ".jobengine-faults",
    isKept: false,
  });
});

test("the long form is named by its flags", () => {
  expect(
    parseFaultsArguments(["--minutes", "20", "--jobs", "200000", "--seed", "7", "--json"]),
  ).toMatchObject({ minutes: 20, jobs: 200_000, seed: 7, isJson: true });
});

test.each([
  ["minutes that are no number", ["--minutes", "long"], "--minutes needs a number from 0.1 to 1440"],
  ["no jobs", ["--jobs", "0"], "--jobs needs a number"],
  ["a seed beyond 32 bits", ["--seed", "4294967296"], "--seed needs a number"],
  ["an unknown flag", ["--fast"], "--fast"],
  ["an empty folder", ["--data-dir", ""], "--data-dir needs"],
])("%s is refused", (_, args, message) => {
  expect(() => parseFaultsArguments(args)).toThrow(message);
});

test("--help is told apart", () => expect(parseFaultsArguments(["--help"])).toBe("help"));
