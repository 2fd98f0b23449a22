import * as fc from "fast-check";
import type { AdvisoryFacts } from "../advisories/facts.ts";
import { createAdvisoryIndex } from "./advisory-index.ts";
import { affects, type ExampleAdvisory, facts, find } from "./example-advisory.ts";
import { matchComponents } from "./match.ts";

function fixedOf(version: string, records: AdvisoryFacts[]): string | undefined {
  return find([`pkg:npm/a@${version}`], records).findings[0]?.fixedVersion;
}

function shuffled<T>(all: T[]): fc.Arbitrary<T[]> {
  return fc.shuffledSubarray(all, { minLength: all.length });
}

describe("names", () => {
  test("of Go modules with capitals match as given and lower-cased, never in another case", () => {
    const record: ExampleAdvisory = {
      package: ["Go", "github.com/BurntSushi/toml"],
      events: [{ introduced: "0" }],
    };
    expect(
      affects(record, [
        "pkg:golang/github.com/BurntSushi/toml@v0.3.1",
        "pkg:golang/github.com/burntsushi/toml@v0.3.1",
        "pkg:golang/github.com/Burntsushi/toml@v0.3.1",
      ]),
    ).toEqual([
      "pkg:golang/github.com/BurntSushi/toml@v0.3.1",
      "pkg:golang/github.com/burntsushi/toml@v0.3.1",
    ]);
  });

  test("of Go modules with capitals do not match an advisory for the lower-cased module", () => {
    const record: ExampleAdvisory = {
      package: ["Go", "github.com/sirupsen/logrus"],
      events: [{ introduced: "0" }],
    };
    expect(affects(record, ["pkg:golang/github.com/Sirupsen/logrus@v1.0.0"])).toEqual([]);
  });

  test("of the Go standard library match only where the SBOM has it", () => {
    const record: ExampleAdvisory = {
      package: ["Go", "stdlib"],
      type: "SEMVER",
      events: [{ introduced: "1.21.0-0" }, { fixed: "1.21.5" }],
    };
    expect(
      affects(record, ["pkg:golang/stdlib@1.21.4", "pkg:golang/std@go1.21rc2", "pkg:golang/a.b/c@v1.21.4"]),
    ).toEqual(["pkg:golang/std@go1.21rc2", "pkg:golang/stdlib@1.21.4"]);
  });

  test("of distribution packages match by source and release, not by the installed package's name", () => {
    const record: ExampleAdvisory = {
      package: ["Debian:12", "openssl"],
      events: [{ introduced: "0" }, { fixed: "3.0.13-1" }],
    };
    const binary = "pkg:deb/debian/libssl3@3.0.11-1?distro=debian-12&upstream=openssl";
    expect(
      affects(record, [
        binary,
        "pkg:deb/debian/libssl3@3.0.11-1?distro=debian-11&upstream=openssl",
        "pkg:deb/debian/openssl@1.0?distro=debian-12&upstream=other",
        "pkg:deb/debian/libssl3@3.0.13-1?distro=debian-12&upstream=openssl",
      ]),
    ).toEqual([binary]);
  });

  test("compare the version of the source where the package URL gives it", () => {
    const record: ExampleAdvisory = {
      package: ["Debian:12", "gcc-12"],
      events: [{ introduced: "0" }, { fixed: "12.2.0-14" }],
    };
    expect(
      affects(record, ["pkg:deb/debian/libgcc-s1@1:3.0-1?distro=debian-12&upstream=gcc-12%4012.1.0-1"]),
    ).toHaveLength(1);
  });
});

describe("records", () => {
  const range = [{ introduced: "0" }, { fixed: "2.0.0" }];

  test("that are withdrawn match nothing", () => {
    const record: ExampleAdvisory = {
      package: ["npm", "a"],
      events: range,
      withdrawn: "2026-02-01T00:00:00Z",
    };
    expect(affects(record, ["pkg:npm/a@1.0.0"])).toEqual([]);
  });

  test("count in their newest form", () => {
    const old = facts({ package: ["npm", "a"], events: range });
    const withdrawn = facts({ package: ["npm", "a"], events: range, withdrawn: "2026-02-01T00:00:00Z" });
    expect(find(["pkg:npm/a@1.0.0"], [old, withdrawn]).findings).toEqual([]);
    expect(find(["pkg:npm/a@1.0.0"], [withdrawn, old]).findings).toHaveLength(1);
  });

  test("that are aliases of one vulnerability give one finding under the CVE id", () => {
    const records = [
      facts({ id: "GHSA-1", aliases: ["CVE-2026-2"], package: ["npm", "a"], events: range }),
      facts({ id: "SNYK-1", aliases: ["CVE-2026-2"], package: ["npm", "a"], events: range }),
      facts({ id: "MAL-1", aliases: ["SNYK-1"], package: ["npm", "a"], events: range }),
      facts({ id: "GHSA-2", package: ["npm", "a"], events: range }),
    ];
    const { findings } = find(["pkg:npm/a@1.0.0"], records);
    expect(
      findings.map(({ vulnerability, advisories, advisorySeq }) => ({
        vulnerability,
        advisories,
        advisorySeq,
      })),
    ).toEqual([
      { vulnerability: "CVE-2026-2", advisories: ["GHSA-1", "MAL-1", "SNYK-1"], advisorySeq: 3 },
      { vulnerability: "GHSA-2", advisories: ["GHSA-2"], advisorySeq: 4 },
    ]);
  });

  test("merge only where they affect the component, so that the name depends on nothing else", () => {
    const records = [
      facts({ id: "GHSA-1", aliases: ["GO-1"], package: ["npm", "a"], events: range }),
      facts({ id: "GO-1", aliases: ["CVE-2026-1"], package: ["npm", "other"], events: range }),
    ];
    expect(find(["pkg:npm/a@1.0.0"], records).findings).toMatchObject([
      { vulnerability: "GHSA-1", advisories: ["GHSA-1"] },
    ]);
  });

  test("without a rating are unknown, and the worst rating of an alias counts", () => {
    const worst = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
    const unrated = facts({ id: "A-1", package: ["npm", "a"], events: range });
    const rated = facts({
      id: "A-2",
      aliases: ["A-1"],
      package: ["npm", "a"],
      events: range,
      severity: worst,
    });
    expect(find(["pkg:npm/a@1.0.0"], [unrated]).findings).toMatchObject([{ severity: "unknown" }]);
    expect(find(["pkg:npm/a@1.0.0"], [unrated, rated]).findings).toMatchObject([
      { severity: "critical", score: 9.8, cvss: worst },
    ]);
  });
});

describe("the fixed version", () => {
  test("is the smallest above the component's", () => {
    const record = facts({
      package: ["npm", "a"],
      events: [{ introduced: "0" }, { fixed: "1.8.2" }, { introduced: "2.0.0" }, { fixed: "2.4.0" }],
    });
    expect(fixedOf("1.0.0", [record])).toBe("1.8.2");
    expect(fixedOf("2.1.0", [record])).toBe("2.4.0");
  });

  test("is one that no record of the vulnerability affects", () => {
    const first = facts({
      id: "A",
      package: ["npm", "a"],
      events: [{ introduced: "0" }, { fixed: "1.5.0" }],
    });
    const better = facts({
      id: "B",
      aliases: ["A"],
      package: ["npm", "a"],
      events: [{ introduced: "0" }, { fixed: "1.6.0" }],
    });
    expect(fixedOf("1.0.0", [first, better])).toBe("1.6.0");
  });

  test("is that of the finding's own records, not of another vulnerability in the component", () => {
    const records = ["1.5.0", "1.6.0"].map((fixed) =>
      facts({ id: `A-${fixed}`, package: ["npm", "a"], events: [{ introduced: "0" }, { fixed }] }),
    );
    const { findings } = find(["pkg:npm/a@1.0.0"], records);
    expect(findings.map(({ fixedVersion }) => fixedVersion)).toEqual(["1.5.0", "1.6.0"]);
  });

  test("is absent where none is named", () => {
    expect(
      fixedOf("1.0.0", [facts({ package: ["npm", "a"], events: [{ introduced: "0" }] })]),
    ).toBeUndefined();
  });
});

describe("coverage", () => {
  test("accounts for every component", () => {
    const { coverage } = find(
      [
        "pkg:npm/a@1.0.0",
        "pkg:npm/a@1.0.0",
        "pkg:npm/b",
        "pkg:hex/c@1",
        "pkg:rpm/fedora/d@1",
        "e",
        "pkg:deb/debian/f@1",
        "pkg:apk/wolfi/g@1?distro=wolfi",
      ],
      [],
    );
    expect(coverage).toEqual({
      components: 8,
      matchable: 2,
      notMatchable: {
        distribution_missing: 1,
        distribution_not_covered: 1,
        purl_invalid: 1,
        type_not_covered: 2,
        version_missing: 1,
      },
      notCovered: { apk: 1, hex: 1, rpm: 1 },
    });
  });
});

describe("the result", () => {
  test("has one finding for a package URL that occurs twice", () => {
    const record = facts({ package: ["npm", "a"], events: [{ introduced: "0" }] });
    const { findings, coverage } = find(["pkg:npm/a@1.0.0", "pkg:npm/a@1.0.0"], [record]);
    expect([findings.length, coverage.components]).toEqual([1, 2]);
  });

  test("is the same bytes whatever the order of components and advisories", () => {
    const records = ["a", "b", "c"].flatMap((name, at) => [
      facts({
        id: `GHSA-${at}`,
        aliases: [`CVE-2026-${at}`],
        package: ["npm", name],
        events: [{ introduced: "0" }],
      }),
      facts({
        id: `GO-${at}`,
        aliases: [`CVE-2026-${at}`],
        package: ["npm", name],
        events: [{ introduced: "0" }],
      }),
    ]);
    const advisories = records.map((record, at) => ({ seq: at, facts: record }));
    const components = ["a", "b", "c", "d"].map((name) => ({ purl: `pkg:npm/${name}@1.0.0` }));
    const expected = JSON.stringify(matchComponents(components, createAdvisoryIndex(advisories)));
    fc.assert(
      fc.property(shuffled(components), shuffled(advisories), (someComponents, someAdvisories) => {
        const result = matchComponents(someComponents, createAdvisoryIndex(someAdvisories));
        expect(JSON.stringify(result)).toBe(expected);
      }),
    );
  });
});
