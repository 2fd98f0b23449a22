import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { compareVersions, isCovered } from "./orders.ts";

/** The ecosystems whose order a file of google/osv-scalibr `semantic/testdata` shows. */
const ecosystems: Readonly<Record<string, readonly string[]>> = {
  alpine: ["Alpine:v3.19"],
  cran: ["CRAN"],
  debian: ["Debian:12", "Ubuntu:22.04:LTS"],
  hackage: ["Hackage"],
  maven: ["Maven"],
  nuget: ["NuGet"],
  packagist: ["Packagist"],
  pub: ["Pub"],
  pypi: ["PyPI"],
  redhat: ["Red Hat"],
  rubygems: ["RubyGems"],
  semver: ["npm", "crates.io", "Go"],
};

const folder = join(process.cwd(), "..", "shared", "data", "vectors", "versions");
const withVectors = existsSync(folder) ? describe : describe.skip;

interface Comparison {
  readonly line: string;
  readonly left: string;
  readonly sign: "<" | "=" | ">";
  readonly right: string;
}

function comparisonsOf(file: string): Comparison[] {
  return readFileSync(join(folder, file), "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#") && !line.startsWith("//"))
    .map((line) => {
      const match = /^(.+) ([<=>]) (.+)$/.exec(line.trim());
      if (match === null) throw new Error(`${file} has a line that is no comparison: ${line}`);
      return { line, left: match[1] ?? "", sign: match[2] as Comparison["sign"], right: match[3] ?? "" };
    });
}

function signOf(ecosystem: string, left: string, right: string): string {
  const result = compareVersions(ecosystem, left, right);
  if (typeof result === "string") return result;
  if (result === 0) return "=";
  return result < 0 ? "<" : ">";
}

const files = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith(".txt")) : [];
const cases = files.flatMap((file) =>
  (ecosystems[file.split("-")[0] ?? ""] ?? []).map((ecosystem) => [file, ecosystem] as const),
);
const covered = cases.filter(([, ecosystem]) => isCovered(ecosystem));
const notCovered = cases.filter(([, ecosystem]) => !isCovered(ecosystem));

withVectors("published comparisons (../shared/data/vectors/versions)", () => {
  test("every file belongs to an ecosystem", () => {
    expect(files.filter((file) => ecosystems[file.split("-")[0] ?? ""] === undefined)).toEqual([]);
  });

  test.each(covered)("%s holds in %s, both ways round", (file, ecosystem) => {
    const mirrored = { "<": ">", "=": "=", ">": "<" } as const;
    const differences: string[] = [];
    for (const { line, left, sign, right } of comparisonsOf(file)) {
      const got = signOf(ecosystem, left, right);
      if (got !== sign) differences.push(`${line} but we say ${got}`);
      const back = signOf(ecosystem, right, left);
      if (back !== mirrored[sign]) differences.push(`${line} but the other way round we say ${back}`);
    }
    expect(differences).toEqual([]);
  });

  test.each(notCovered)("%s: %s is reported as not covered", (file, ecosystem) => {
    const { left = "", right = "" } = comparisonsOf(file)[0] ?? {};
    expect(compareVersions(ecosystem, left, right)).toBe("incomparable");
  });
});
