import { parseVersRange, VersRangeError, versRangeContains } from "./vers-range.ts";

function contained(range: string, versions: string[]): string[] {
  const parsed = parseVersRange(range);
  return versions.filter((version) => versRangeContains(parsed, version));
}

describe("a vers: range", () => {
  test("contains what lies between a lower and an upper bound, with or without the bounds", () => {
    const versions = ["0.9.0", "1.0.0", "1.5.0", "2.0.0", "2.1.0"];
    expect(contained("vers:npm/>=1.0.0|<2.0.0", versions)).toEqual(["1.0.0", "1.5.0"]);
    expect(contained("vers:npm/>1.0.0|<=2.0.0", versions)).toEqual(["1.5.0", "2.0.0"]);
  });

  test("without a lower bound starts at the lowest, without an upper bound has no end", () => {
    expect(contained("vers:pypi/<2.0|>=3.0", ["0.1", "1.9", "2.0", "2.5", "3.0", "99"])).toEqual([
      "0.1",
      "1.9",
      "3.0",
      "99",
    ]);
  });

  test("joins several intervals", () => {
    expect(
      contained("vers:maven/>=1.0|<1.5|>=2.0|<=2.3", ["0.9", "1.0", "1.5", "1.9", "2.0", "2.3", "2.4"]),
    ).toEqual(["1.0", "2.0", "2.3"]);
  });

  test("names single versions and leaves some out", () => {
    expect(
      contained("vers:gem/1.0|1.2|>=2.0|!=2.1|<3.0", ["1.0", "1.1", "1.2", "2.0", "2.1", "2.2"]),
    ).toEqual(["1.0", "1.2", "2.0", "2.2"]);
  });

  test("of exclusions only contains everything else", () => {
    expect(contained("vers:npm/!=1.0.0", ["0.9.0", "1.0.0", "2.0.0"])).toEqual(["0.9.0", "2.0.0"]);
  });

  test("written as * contains every text", () => {
    expect(contained("vers:deb/*", ["1:2.3-4", "not a version"])).toEqual(["1:2.3-4", "not a version"]);
  });

  test("does not depend on the order of its constraints, and drops redundant ones", () => {
    const versions = ["0.5.0", "1.5.0", "2.5.0", "3.5.0"];
    expect(contained("vers:npm/<3.0.0|>2.0.0|<2.9.0|>1.0.0", versions)).toEqual(["1.5.0", "2.5.0"]);
  });

  test.each([
    ["golang", ">=v1.2.0|<v1.10.0", "v1.9.0"],
    ["cargo", ">=0.1.0|<0.10.0", "0.9.0"],
    ["nuget", ">=1.0|<1.0.10", "1.0.9"],
    ["composer", ">=1.0|<1.10", "1.9"],
    ["apk", ">=1.0-r2|<1.0-r10", "1.0-r9"],
    ["rpm", ">=1.0-2.el9|<1.0-10.el9", "1.0-9.el9"],
    ["deb", ">=1.0~rc1|<1.0", "1.0~rc2"],
  ])("of %s follows the order of its ecosystem", (scheme, constraints, inside) => {
    expect(contained(`vers:${scheme}/${constraints}`, [inside])).toEqual([inside]);
  });

  test("reads percent-encoded versions and ignores white space", () => {
    expect(contained("vers:deb/ >= 1%3A2.0 | < 2%3A0 ", ["1:2.0", "2:0"])).toEqual(["1:2.0"]);
  });

  test("contains no version that its scheme cannot read", () => {
    expect(contained("vers:npm/>=0.0.0", ["latest", ""])).toEqual([]);
  });

  test.each([
    ["npm/>=1.0.0", "is not written as"],
    ["vers:npm/", "needs a constraint"],
    ["vers:conan/>=1.0", "which is not covered"],
    ["vers:npm/>=latest", "names no version"],
    ["vers:npm/>=1.0.0|<1.0", "twice"],
    ["vers:npm/>=%zz", "percent sign"],
    [`vers:npm/${"1.0.0|".repeat(3_000)}`, "longer than"],
  ])("%.40s is refused: it %s", (text, reason) => {
    expect(() => parseVersRange(text)).toThrow(VersRangeError);
    expect(() => parseVersRange(text)).toThrow(reason);
  });
});
