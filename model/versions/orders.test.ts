import { compare as pep440Compare, valid as isPep440 } from "@renovatebot/pep440";
import * as fc from "fast-check";
import semver from "semver";
import { compareVersions, isCovered, parseVersion } from "./orders.ts";

const covered = [
  "Go",
  "npm",
  "crates.io",
  "PyPI",
  "Maven",
  "RubyGems",
  "NuGet",
  "Packagist",
  "Debian:12",
  "Ubuntu:22.04:LTS",
  "Alpine:v3.19",
  "Red Hat",
];

/** Texts that look like versions, so that the orders meet their own grammar and its edges. */
const versionText = fc
  .array(
    fc.constantFrom("0", "1", "2", "10", "01", ".", "-", "~", "+", "_", ":", "rc", "a", "r", "p", "dev", "x"),
    {
      minLength: 1,
      maxLength: 8,
    },
  )
  .map((pieces) => pieces.join(""));

function sign(result: number | string): number | string {
  // Adding zero turns the negative zero into the positive one.
  return typeof result === "number" ? Math.sign(result) + 0 : result;
}

describe.each(covered)("the order of %s", (ecosystem) => {
  test("is covered", () => {
    expect(isCovered(ecosystem)).toBe(true);
  });

  test("never throws, whatever the text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 60 }), versionText, (anything, text) => {
        const result = compareVersions(ecosystem, anything, text);
        expect(result === "incomparable" || Number.isFinite(result)).toBe(true);
      }),
    );
  });

  test("says the opposite when the sides are changed, and equal of a version to itself", () => {
    fc.assert(
      fc.property(versionText, versionText, (a, b) => {
        const forth = sign(compareVersions(ecosystem, a, b));
        const back = sign(compareVersions(ecosystem, b, a));
        expect(back).toBe(typeof forth === "string" ? forth : 0 - forth);
        expect([0, "incomparable"]).toContain(compareVersions(ecosystem, a, a));
      }),
    );
  });

  test("reads a version of 1,024 characters in no time and none longer", () => {
    const startedAt = performance.now();
    for (const unit of ["1", "1.", "a", "a1", "-", "1-", "_p", "0"]) {
      const text = unit.repeat(1_024).slice(0, 1_024);
      compareVersions(ecosystem, text, `${text.slice(0, 1_023)}!`);
      expect(parseVersion(ecosystem, `1${text}`)).toBeUndefined();
    }
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });
});

describe("semantic versions", () => {
  const part = fc.nat(30);
  const identifier = fc.oneof(part.map(String), fc.constantFrom("alpha", "beta", "rc", "x-1", "A"));
  const version = fc
    .tuple(part, part, part, fc.array(identifier, { maxLength: 3 }), fc.boolean())
    .map(([major, minor, patch, prerelease, hasBuild]) => {
      const suffix = prerelease.length === 0 ? "" : `-${prerelease.join(".")}`;
      return `${major}.${minor}.${patch}${suffix}${hasBuild ? "+build.7" : ""}`;
    });

  test.each(["npm", "crates.io", "Go"])("are ordered in %s as the semver package does it", (ecosystem) => {
    fc.assert(
      fc.property(version, version, (a, b) => {
        expect(sign(compareVersions(ecosystem, a, b))).toBe(semver.compare(a, b));
      }),
    );
  });

  test("with numbers beyond 2^53 are told apart", () => {
    expect(compareVersions("npm", "1.0.90071992547409921", "1.0.90071992547409922")).toBeLessThan(0);
  });

  test("before the release rank below it", () => {
    expect(compareVersions("npm", "2.0.0-rc.1", "2.0.0")).toBeLessThan(0);
    expect(compareVersions("npm", "2.0.0-rc.1", "1.9.9")).toBeGreaterThan(0);
  });
});

describe("Go versions", () => {
  test("of the toolchain are read as the vulnerability database writes them", () => {
    expect(compareVersions("Go", "go1.21rc2", "1.21.0-rc.2")).toBe(0);
    expect(compareVersions("Go", "go1.21", "1.21.0")).toBe(0);
  });

  test("marked +incompatible rank as the same version without it", () => {
    expect(compareVersions("Go", "v3.2.0+incompatible", "3.2.0")).toBe(0);
  });
});

describe("Python versions", () => {
  const number = fc.nat(20).map(String);
  const version = fc
    .tuple(
      fc.constantFrom("", "1!"),
      fc.array(number, { minLength: 1, maxLength: 4 }).map((release) => release.join(".")),
      fc.constantFrom("", "a1", ".beta", "rc2", "-pre3"),
      fc.constantFrom("", ".post1", "-2", "r3"),
      fc.constantFrom("", ".dev0", "dev4"),
      fc.constantFrom("", "+local", "+1.a", "+1.2"),
    )
    .map((parts) => parts.join(""))
    .filter((text) => isPep440(text) !== null);

  test.each([
    ["1.20240101123456788", "1.20240101123456789"],
    ["1.0.dev20240101123456788", "1.0.dev20240101123456789"],
    ["1.0rc20240101123456788", "1.0rc20240101123456789"],
    ["1.0.post20240101123456788", "1.0.post20240101123456789"],
    ["1.0+20240101123456788", "1.0+20240101123456789"],
    ["20240101123456788!1.0", "20240101123456789!0.1"],
  ])("keep numbers apart that a double does not: %s < %s", (lower, higher) => {
    expect(compareVersions("PyPI", lower, higher)).toBeLessThan(0);
  });

  test("are ordered as the pep440 package does it", () => {
    fc.assert(
      fc.property(version, version, (a, b) => {
        expect(sign(compareVersions("PyPI", a, b))).toBe(sign(pep440Compare(a, b)));
      }),
    );
  });

  test("older than PEP 440 rank below all others", () => {
    expect(compareVersions("PyPI", "2004d-final-release", "0.0.1")).toBeLessThan(0);
  });
});

describe("what cannot be compared", () => {
  test.each([
    ["npm", "latest", "1.0.0"],
    ["npm", "7f3e2d1", "1.0.0"],
    ["npm", "", "1.0.0"],
    ["Go", "(devel)", "v1.0.0"],
    ["NuGet", "1.2.3.4.5", "1.0"],
    ["Debian:12", "1.0 beta", "1.0"],
    ["Alpine:v3.19", "latest", "1.0-r0"],
    ["RubyGems", "beta", "1.0"],
    ["CRAN", "1.0", "1.1"],
    ["", "1.0", "1.1"],
    ["constructor", "1.0", "1.1"],
  ])("%s: %j and %j are incomparable", (ecosystem, a, b) => {
    expect(compareVersions(ecosystem, a, b)).toBe("incomparable");
  });
});
