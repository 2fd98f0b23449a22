import { parseConformanceArguments } from "./arguments.ts";

test("the command line is read", () => {
  const args = ["--worker", "node worker.ts", "--only", "drain", "--only", "cut", "--json"];
  expect(parseConformanceArguments(args)).toEqual({
    command: "node worker.ts",
    only: ["drain", "cut"],
    isJson: true,
    isList: false,
    sideBySide: 4,
    transport: "valkey",
  });
  expect(parseConformanceArguments(["--list"])).toMatchObject({ isList: true });
  expect(parseConformanceArguments(["--help"])).toBe("help");
});

test.each([
  [[], /--worker/],
  [["--worker", " "], /missing/],
  [["--worker", "x", "--side-by-side", "0"], /from 1 to 64/],
  [["--worker", "x", "--transport", "carrier-pigeon"], /valkey or https/],
  [["--fast"], /--fast/],
])("%j is refused", (args, words) => expect(() => parseConformanceArguments(args)).toThrow(words));
