import { parseDemoArguments } from "./arguments.ts";

test("without flags it is the made-up fleet of 200 images", () => {
  expect(parseDemoArguments([])).toEqual({
    sbomFiles: [],
    osvFiles: [],
    dataDir: ".jobengine-demo",
    shouldKeep: false,
    images: 200,
  });
});

test("several files may follow one flag, and the flag may be repeated", () => {
  const args = ["--sbom", "a.json", "b.json", "--osv", "x.zip", "--sbom=c.json", "--keep"];
  expect(parseDemoArguments(args)).toMatchObject({
    sbomFiles: ["a.json", "b.json", "c.json"],
    osvFiles: ["x.zip"],
    shouldKeep: true,
  });
});

test.each([
  ["a file without a flag", ["a.json"], "Say --sbom or --osv before"],
  ["a file after another flag", ["--sbom", "a", "--keep", "b"], "Say --sbom or --osv before"],
  ["too few images", ["--images", "3"], "--images needs a number"],
  ["images that are no number", ["--images", "many"], "--images needs a number"],
  ["an unknown flag", ["--fast"], "--fast"],
  ["an empty folder", ["--data-dir", ""], "--data-dir needs"],
])("%s is refused", (_, args, message) => {
  expect(() => parseDemoArguments(args)).toThrow(message);
});

test("--help is told apart", () => expect(parseDemoArguments(["--help"])).toBe("help"));
