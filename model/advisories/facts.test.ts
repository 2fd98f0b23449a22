import { factsOf } from "./facts.ts";
import { parseOsv } from "./osv.ts";

const vector31 = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
const vector40 = "CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:N/VC:L/VI:N/VA:N/SC:N/SI:N/SA:N";
const vector2 = "AV:N/AC:L/Au:N/C:C/I:C/A:C";

function severityOf(more: object) {
  return factsOf(parseOsv({ id: "X-1", modified: "2026-01-01T00:00:00Z", ...more })).severity;
}

describe("severity", () => {
  test("comes from the vector of the newest CVSS version", () => {
    const severity = [
      { type: "CVSS_V2", score: vector2 },
      { type: "CVSS_V3", score: vector31 },
      { type: "CVSS_V4", score: vector40 },
    ];
    expect(severityOf({ severity })).toEqual({ level: "medium", cvssVector: vector40, score: 6.3 });
    expect(severityOf({ severity: severity.slice(0, 2) })).toEqual({
      level: "critical",
      cvssVector: vector31,
      score: 9.8,
    });
  });

  test("of CVSS 2.0 is never critical", () => {
    expect(severityOf({ severity: [{ type: "CVSS_V2", score: vector2 }] })).toMatchObject({
      level: "high",
      score: 10,
    });
  });

  test("of an incomplete vector is not zero: the word of the database counts", () => {
    const severity = [{ type: "CVSS_V3", score: "CVSS:3.1/AV:N/AC:L" }];
    expect(severityOf({ severity, database_specific: { severity: "MODERATE" } })).toEqual({
      level: "medium",
    });
  });

  test.each([
    ["names a metric twice", "CVSS:3.1/AV:N/AV:P/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"],
    ["is of 3.1 and does not say so", "AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"],
    ["has a value that its metric has not", "CVSS:3.1/AV:Q/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"],
    ["has a metric that no version has", `${vector31}/XX:Y`],
  ])("is unknown for a vector that %s", (_, score) => {
    expect(severityOf({ severity: [{ type: "CVSS_V3", score }] })).toEqual({ level: "unknown" });
  });

  test("is unknown where nobody rates it", () => {
    expect(severityOf({})).toEqual({ level: "unknown" });
    expect(severityOf({ database_specific: { severity: "whatever" } })).toEqual({ level: "unknown" });
  });

  test("comes from the affected packages where the record has none", () => {
    const affected = [
      { package: { ecosystem: "npm", name: "a" }, severity: [{ type: "CVSS_V3", score: vector31 }] },
    ];
    expect(severityOf({ affected })).toMatchObject({ level: "critical" });
  });
});

describe("facts", () => {
  const record = {
    schema_version: "1.7.0",
    id: "DEBIAN-CVE-2026-1",
    modified: "2026-01-01T00:00:00Z",
    upstream: ["CVE-2026-1"],
    aliases: ["X-2", "DEBIAN-CVE-2026-1"],
    summary: "prose",
    unknown_field: { kept: false },
    affected: [
      { ranges: [{ type: "GIT", repo: "https://example.org", events: [{ introduced: "0" }] }] },
      {
        package: { ecosystem: "Debian:12", name: "a" },
        ranges: [
          { type: "ECOSYSTEM", events: [{ introduced: "0", fixed: "1.0-1" }] },
          { type: "GIT", events: [{ introduced: "0" }] },
        ],
        versions: ["0.9-1"],
      },
    ],
  };

  test("keep what matching needs and no prose", () => {
    expect(factsOf(parseOsv(record))).toEqual({
      id: "DEBIAN-CVE-2026-1",
      aliases: ["CVE-2026-1", "X-2"],
      modified: "2026-01-01T00:00:00Z",
      affected: [
        {
          ecosystem: "Debian:12",
          name: "a",
          ranges: [
            {
              events: [
                { event: "introduced", version: "0" },
                { event: "fixed", version: "1.0-1" },
              ],
            },
          ],
          versions: ["0.9-1"],
        },
      ],
      severity: { level: "unknown" },
    });
  });

  test("of a notice about many upstream records are aliases of none of them", () => {
    const notice = { ...record, id: "DSA-1", aliases: [], upstream: ["CVE-2026-1", "CVE-2026-2"] };
    expect(factsOf(parseOsv(notice)).aliases).toEqual([]);
  });
});
