import * as fc from "fast-check";
import { type AdvisoryFacts, factsOf } from "../advisories/facts.ts";
import { parseOsv } from "../advisories/osv.ts";
import { createAdvisoryIndex } from "./advisory-index.ts";
import { isAffected } from "./is-affected.ts";
import { matchComponents } from "./match.ts";

interface RecordOfTest {
  id?: string;
  aliases?: string[];
  withdrawn?: string;
  package: [ecosystem: string, name: string];
  events?: Record<string, string>[];
  versions?: string[];
  type?: string;
  severity?: string;
}

function facts(given: RecordOfTest): AdvisoryFacts {
  const { id = "TEST-1", aliases = [], withdrawn, events, versions, type = "ECOSYSTEM", severity } = given;
  const [ecosystem, name] = given.package;
  return factsOf(
    parseOsv({
      id,
      aliases,
      modified: "2026-01-01T00:00:00Z",
      ...(withdrawn === undefined ? {} : { withdrawn }),
      ...(severity === undefined ? {} : { severity: [{ type: "CVSS_V3", score: severity }] }),
      affected: [
        {
          package: { ecosystem, name },
          ...(events === undefined ? {} : { ranges: [{ type, events }] }),
          ...(versions === undefined ? {} : { versions }),
        },
      ],
    }),
  );
}

function find(purls: string[], records: AdvisoryFacts[]) {
  const advisories = records.map((record, at) => ({ seq: at + 1, facts: record }));
  return matchComponents(
    purls.map((purl) => ({ purl })),
    createAdvisoryIndex(advisories),
  );
}

function affects(record: RecordOfTest, purls: string[]): string[] {
  const { findings } = find(purls, [facts(record)]);
  const found = findings.map(({ purl }) => purl);
  // The question for one record and the matcher for many must agree.
  expect(purls.filter((purl) => isAffected(purl, facts(record))).sort()).toEqual([...found].sort());
  return found;
}

function npm(version: string): string {
  return `pkg:npm/a@${version}`;
}

function fixedOf(version: string, records: AdvisoryFacts[]): string | undefined {
  return find([npm(version)], records).findings[0]?.fixedVersion;
}

function shuffled<T>(all: T[]): fc.Arbitrary<T[]> {
  return fc.shuffledSubarray(all, { minLength: all.length });
}

describe("ranges", () => {
  test("start at introduced and end before fixed", () => {
    const record: RecordOfTest = {
      package: ["npm", "a"],
      events: [{ introduced: "1.0.0" }, { fixed: "1.4.0" }],
    };
    expect(affects(record, ["0.9.0", "1.0.0", "1.3.9", "1.4.0", "2.0.0"].map(npm))).toEqual([
      "pkg:npm/a@1.0.0",
      "pkg:npm/a@1.3.9",
    ]);
  });

  test("hold a pre-release of the fixed version and none of the introduced one", () => {
    const record: RecordOfTest = {
      package: ["npm", "a"],
      events: [{ introduced: "1.0.0" }, { fixed: "2.0.0" }],
    };
    expect(affects(record, ["pkg:npm/a@1.0.0-rc.1", "pkg:npm/a@2.0.0-rc.1"])).toEqual([
      "pkg:npm/a@2.0.0-rc.1",
    ]);
  });

  test("from 0 hold everything below, a pre-release of 0.0.0 too", () => {
    const record: RecordOfTest = { package: ["npm", "a"], events: [{ introduced: "0" }, { fixed: "1.0.0" }] };
    expect(affects(record, ["pkg:npm/a@0.0.0-alpha", "pkg:npm/a@0.0.1"])).toHaveLength(2);
  });

  test("end with last_affected itself", () => {
    const record: RecordOfTest = {
      package: ["PyPI", "a"],
      events: [{ introduced: "1.0" }, { last_affected: "1.5" }],
    };
    expect(affects(record, ["pkg:pypi/a@1.5", "pkg:pypi/a@1.5.0", "pkg:pypi/a@1.5.1"])).toEqual([
      "pkg:pypi/a@1.5",
      "pkg:pypi/a@1.5.0",
    ]);
  });

  test("may have several intervals, given in any order", () => {
    const record: RecordOfTest = {
      package: ["Maven", "g:a"],
      events: [{ introduced: "2.0" }, { fixed: "2.4" }, { fixed: "1.8" }, { introduced: "0" }],
    };
    const purls = ["1.7", "1.8", "1.9", "2.0", "2.3", "2.4"].map((version) => `pkg:maven/g/a@${version}`);
    expect(affects(record, purls)).toEqual(["pkg:maven/g/a@1.7", "pkg:maven/g/a@2.0", "pkg:maven/g/a@2.3"]);
  });

  test("stop at a limit", () => {
    const record: RecordOfTest = { package: ["npm", "a"], events: [{ introduced: "0" }, { limit: "2.0.0" }] };
    expect(affects(record, ["pkg:npm/a@1.0.0", "pkg:npm/a@2.0.0"])).toEqual(["pkg:npm/a@1.0.0"]);
  });

  test("of git commits say nothing about versions", () => {
    const record: RecordOfTest = { package: ["npm", "a"], events: [{ introduced: "0" }], type: "GIT" };
    expect(affects(record, ["pkg:npm/a@1.0.0"])).toEqual([]);
  });

  test("with a version that nobody can read are left out", () => {
    const record: RecordOfTest = { package: ["npm", "a"], events: [{ introduced: "0" }, { fixed: "later" }] };
    expect(affects(record, ["pkg:npm/a@1.0.0"])).toEqual([]);
  });
});

describe("listed versions", () => {
  test("match one by one, in the spelling of their ecosystem", () => {
    const record: RecordOfTest = { package: ["PyPI", "a"], versions: ["1.0", "1.2rc1"] };
    expect(affects(record, ["pkg:pypi/a@1.0.0", "pkg:pypi/a@1.1", "pkg:pypi/a@1.2.RC1"])).toEqual([
      "pkg:pypi/a@1.0.0",
      "pkg:pypi/a@1.2.RC1",
    ]);
  });

  test("match letter by letter a version that cannot be compared", () => {
    const record: RecordOfTest = {
      package: ["npm", "a"],
      versions: ["nightly"],
      events: [{ introduced: "0" }],
    };
    const { findings, coverage } = find(["pkg:npm/a@nightly", "pkg:npm/a@weekly"], [facts(record)]);
    expect(findings.map(({ purl }) => purl)).toEqual(["pkg:npm/a@nightly"]);
    expect(coverage.notMatchable).toEqual({ version_unreadable: 2 });
  });
});

describe("names", () => {
  test("of Go modules with capitals match as given and lower-cased, never in another case", () => {
    const record: RecordOfTest = {
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
    const record: RecordOfTest = {
      package: ["Go", "github.com/sirupsen/logrus"],
      events: [{ introduced: "0" }],
    };
    expect(affects(record, ["pkg:golang/github.com/Sirupsen/logrus@v1.0.0"])).toEqual([]);
  });

  test("of the Go standard library match only where the SBOM has it", () => {
    const record: RecordOfTest = {
      package: ["Go", "stdlib"],
      type: "SEMVER",
      events: [{ introduced: "1.21.0-0" }, { fixed: "1.21.5" }],
    };
    expect(
      affects(record, ["pkg:golang/stdlib@1.21.4", "pkg:golang/std@go1.21rc2", "pkg:golang/a.b/c@v1.21.4"]),
    ).toEqual(["pkg:golang/std@go1.21rc2", "pkg:golang/stdlib@1.21.4"]);
  });

  test("of distribution packages match by source and release, not by the installed package's name", () => {
    const record: RecordOfTest = {
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
    const record: RecordOfTest = {
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
    const record: RecordOfTest = { package: ["npm", "a"], events: range, withdrawn: "2026-02-01T00:00:00Z" };
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
      ],
      [],
    );
    expect(coverage).toEqual({
      components: 7,
      matchable: 2,
      notMatchable: { distribution_missing: 1, purl_invalid: 1, type_not_covered: 2, version_missing: 1 },
      notCovered: { hex: 1, rpm: 1 },
    });
  });
});

describe("the result", () => {
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
