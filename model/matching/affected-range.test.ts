import { affects, type ExampleAdvisory, facts, find } from "./example-advisory.ts";

function npm(version: string): string {
  return `pkg:npm/a@${version}`;
}

describe("ranges", () => {
  test("start at introduced and end before fixed", () => {
    const record: ExampleAdvisory = {
      package: ["npm", "a"],
      events: [{ introduced: "1.0.0" }, { fixed: "1.4.0" }],
    };
    expect(affects(record, ["0.9.0", "1.0.0", "1.3.9", "1.4.0", "2.0.0"].map(npm))).toEqual([
      "pkg:npm/a@1.0.0",
      "pkg:npm/a@1.3.9",
    ]);
  });

  test("hold a pre-release of the fixed version and none of the introduced one", () => {
    const record: ExampleAdvisory = {
      package: ["npm", "a"],
      events: [{ introduced: "1.0.0" }, { fixed: "2.0.0" }],
    };
    expect(affects(record, ["pkg:npm/a@1.0.0-rc.1", "pkg:npm/a@2.0.0-rc.1"])).toEqual([
      "pkg:npm/a@2.0.0-rc.1",
    ]);
  });

  test("from 0 hold everything below, a pre-release of 0.0.0 too", () => {
    const record: ExampleAdvisory = {
      package: ["npm", "a"],
      events: [{ introduced: "0" }, { fixed: "1.0.0" }],
    };
    expect(affects(record, ["pkg:npm/a@0.0.0-alpha", "pkg:npm/a@0.0.1"])).toHaveLength(2);
  });

  test("end with last_affected itself", () => {
    const record: ExampleAdvisory = {
      package: ["PyPI", "a"],
      events: [{ introduced: "1.0" }, { last_affected: "1.5" }],
    };
    expect(affects(record, ["pkg:pypi/a@1.5", "pkg:pypi/a@1.5.0", "pkg:pypi/a@1.5.1"])).toEqual([
      "pkg:pypi/a@1.5",
      "pkg:pypi/a@1.5.0",
    ]);
  });

  test("may have several intervals, given in any order", () => {
    const record: ExampleAdvisory = {
      package: ["Maven", "g:a"],
      events: [{ introduced: "2.0" }, { fixed: "2.4" }, { fixed: "1.8" }, { introduced: "0" }],
    };
    const purls = ["1.7", "1.8", "1.9", "2.0", "2.3", "2.4"].map((version) => `pkg:maven/g/a@${version}`);
    expect(affects(record, purls)).toEqual(["pkg:maven/g/a@1.7", "pkg:maven/g/a@2.0", "pkg:maven/g/a@2.3"]);
  });

  test("stop at a limit", () => {
    const record: ExampleAdvisory = {
      package: ["npm", "a"],
      events: [{ introduced: "0" }, { limit: "2.0.0" }],
    };
    expect(affects(record, ["pkg:npm/a@1.0.0", "pkg:npm/a@2.0.0"])).toEqual(["pkg:npm/a@1.0.0"]);
  });

  test("of git commits say nothing about versions", () => {
    const record: ExampleAdvisory = { package: ["npm", "a"], events: [{ introduced: "0" }], type: "GIT" };
    expect(affects(record, ["pkg:npm/a@1.0.0"])).toEqual([]);
  });

  test("with a version that nobody can read are left out", () => {
    const record: ExampleAdvisory = {
      package: ["npm", "a"],
      events: [{ introduced: "0" }, { fixed: "later" }],
    };
    expect(affects(record, ["pkg:npm/a@1.0.0"])).toEqual([]);
  });
});

describe("listed versions", () => {
  test("match one by one, in the spelling of their ecosystem", () => {
    const record: ExampleAdvisory = { package: ["PyPI", "a"], versions: ["1.0", "1.2rc1"] };
    expect(affects(record, ["pkg:pypi/a@1.0.0", "pkg:pypi/a@1.1", "pkg:pypi/a@1.2.RC1"])).toEqual([
      "pkg:pypi/a@1.0.0",
      "pkg:pypi/a@1.2.RC1",
    ]);
  });

  test("match letter by letter a version that cannot be compared", () => {
    const record: ExampleAdvisory = {
      package: ["npm", "a"],
      versions: ["nightly"],
      events: [{ introduced: "0" }],
    };
    const { findings, coverage } = find(["pkg:npm/a@nightly", "pkg:npm/a@weekly"], [facts(record)]);
    expect(findings.map(({ purl }) => purl)).toEqual(["pkg:npm/a@nightly"]);
    expect(coverage.notMatchable).toEqual({ version_unreadable: 2 });
  });
});
