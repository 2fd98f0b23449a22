import { exampleFinding } from "./example-finding.ts";
import { buildSarif } from "./sarif.ts";

const coverage = {
  images: 2,
  imagesWithResult: 1,
  components: 40,
  matchable: 38,
  notCovered: 2,
  countedAt: "2026-05-01T08:30:00.000Z",
};
const facts = { toolVersion: "1.2.3", coverage, isTruncated: false };

test("each vulnerability is one rule, each finding one result that points at its rule", () => {
  const other = exampleFinding({ vulnerability: "CVE-2020-1", score: 9.8, severity: "critical" });
  const twice = exampleFinding({ imageDigest: `sha256:${"2".repeat(64)}`, score: 7.5 });
  const [run] = buildSarif([exampleFinding(), other, twice], facts).runs;
  const rules = run?.tool.driver.rules ?? [];
  expect(rules.map(({ id }) => id)).toEqual(["CVE-2020-1", "CVE-2021-23337"]);
  expect(rules.map(({ properties }) => properties["security-severity"])).toEqual(["9.8", "7.5"]);
  expect(run?.results).toHaveLength(3);
  for (const result of run?.results ?? []) expect(rules[result.ruleIndex]?.id).toBe(result.ruleId);
  expect(new Set(run?.results.map((result) => result.partialFingerprints["jobengineFinding/v1"])).size).toBe(
    3,
  );
});

test("a finding without a score has no security-severity and warns", () => {
  const { score: _score, cvss: _cvss, ...unrated } = exampleFinding({ severity: "unknown" });
  const [run] = buildSarif([unrated], facts).runs;
  expect(run?.tool.driver.rules[0]?.properties).not.toHaveProperty("security-severity");
  expect(run?.results[0]?.level).toBe("warning");
});

test("the file says what it rests on, whether it holds everything, and which instant it shows", () => {
  const asOf = "2026-04-01T00:00:00.000Z";
  expect(buildSarif([], { ...facts, isTruncated: true, asOf }).runs[0]?.properties).toEqual({
    coverage,
    truncated: true,
    asOf,
  });
});

test("the place of a result is a relative reference, also for a registry with a port", () => {
  const [run] = buildSarif([exampleFinding({ repository: "127.0.0.1:5000/team/app" })], facts).runs;
  const uri = run?.results[0]?.locations[0]?.physicalLocation.artifactLocation.uri ?? "";
  expect(uri).toBe("127.0.0.1%3A5000/team/app");
  expect(new URL(uri, "file:///src/").href).toBe("file:///src/127.0.0.1%3A5000/team/app");
});

test("a document has everything that the SARIF schema requires", () => {
  const document = buildSarif([exampleFinding()], facts);
  expect(document).toMatchObject({
    $schema: expect.stringContaining("sarif-schema-2.1.0"),
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: expect.any(String), rules: [{ id: expect.any(String) }] } },
        results: [
          {
            message: { text: expect.any(String) },
            level: expect.stringMatching(/^(none|note|warning|error)$/),
            locations: [{ physicalLocation: { region: { startLine: 1 } } }],
          },
        ],
      },
    ],
  });
});
