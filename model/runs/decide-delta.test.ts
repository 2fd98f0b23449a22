import * as fc from "fast-check";
import { severityLevels } from "../advisories/severity.ts";
import type { Finding } from "../matching/finding.ts";
import { type DeltaContext, decideDelta } from "./decide-delta.ts";

const lodash = "pkg:npm/lodash@4.17.20";
const express = "pkg:npm/express@4.0.0";

function finding(purl: string, vulnerability: string, more: Partial<Finding> = {}): Finding {
  return { purl, vulnerability, advisories: [vulnerability], severity: "high", advisorySeq: 5, ...more };
}

function context(more: Partial<DeltaContext> = {}): DeltaContext {
  const purls = new Set([lodash, express]);
  return {
    previous: { feedSequence: 10, matcherVersion: 1, purls },
    current: { matcherVersion: 1, purls },
    ...more,
  };
}

const found = finding(lodash, "CVE-1");

test("nothing changed is no delta", () => {
  expect(decideDelta([found], [{ ...found, severity: "low" }], context())).toEqual({
    added: [],
    removed: [],
    unchanged: 1,
    summary: undefined,
  });
});

test("the first result of an image is caused by its SBOM", () => {
  const { previous: _, ...first } = context();
  expect(decideDelta([], [found], first).summary?.cause).toBe("sbom");
});

test("a finding in a component that the old SBOM did not have is caused by the SBOM", () => {
  const old = { feedSequence: 10, matcherVersion: 1, purls: new Set([express]) };
  const newer = { ...found, advisorySeq: 99 };
  expect(decideDelta([], [newer], context({ previous: old })).added).toEqual([
    { finding: newer, cause: "sbom" },
  ]);
});

test("a finding by a record newer than the old result is caused by the advisory", () => {
  expect(decideDelta([], [{ ...found, advisorySeq: 11 }], context()).summary?.cause).toBe("advisory");
});

test("a finding that only another matcher sees is caused by the matcher", () => {
  const purls = new Set([lodash]);
  expect(decideDelta([], [found], context({ current: { matcherVersion: 2, purls } })).summary?.cause).toBe(
    "matcher",
  );
});

test("a finding with none of these reasons is caused by coverage", () => {
  expect(decideDelta([], [found], context()).summary?.cause).toBe("coverage");
});

test("a finding whose component left the SBOM is fixed by the SBOM", () => {
  const current = { matcherVersion: 1, purls: new Set([express]) };
  const decision = decideDelta([found], [], context({ current, changedAdvisories: new Set(["CVE-1"]) }));
  expect(decision.removed).toEqual([{ finding: found, cause: "sbom" }]);
  expect(decision.summary).toMatchObject({ newFindings: 0, fixed: 1, cause: "sbom", topFindings: [] });
});

test("a finding whose advisory changed is fixed by the advisory", () => {
  const changed = context({ changedAdvisories: new Set(["CVE-1"]) });
  expect(decideDelta([found], [], changed).summary?.cause).toBe("advisory");
});

test("a finding that a newer record gives another name is new and gone by the advisory", () => {
  const before = finding(lodash, "GO-1");
  const after = finding(lodash, "CVE-1", { advisories: ["GHSA-1", "GO-1"], advisorySeq: 11 });
  const decision = decideDelta([before], [after], context({ changedAdvisories: new Set(["GHSA-1"]) }));
  expect(decision.added).toEqual([{ finding: after, cause: "advisory" }]);
  expect(decision.removed).toEqual([{ finding: before, cause: "advisory" }]);
});

test("a finding that gets its old name back when a record is withdrawn is new and gone by the advisory", () => {
  const before = finding(lodash, "CVE-1", { advisories: ["GHSA-1", "GO-1"] });
  const after = finding(lodash, "GO-1");
  const other = finding(express, "GO-1");
  const decision = decideDelta([before], [after, other], context({ changedAdvisories: new Set(["GHSA-1"]) }));
  expect(decision.added).toEqual([
    { finding: after, cause: "advisory" },
    { finding: other, cause: "coverage" },
  ]);
  expect(decision.removed).toEqual([{ finding: before, cause: "advisory" }]);
});

test("the image's cause is that of most findings, advisory first between equals", () => {
  const previous = { feedSequence: 10, matcherVersion: 1, purls: new Set([lodash]) };
  const bySbom = finding(express, "CVE-2");
  const byAdvisory = finding(lodash, "CVE-3", { advisorySeq: 11 });
  expect(decideDelta([], [bySbom, byAdvisory], context({ previous })).summary?.cause).toBe("advisory");
  expect(
    decideDelta([], [bySbom, finding(express, "CVE-4"), byAdvisory], context({ previous })).summary?.cause,
  ).toBe("sbom");
});

test("the top findings are the ten worst, in a fixed order", () => {
  const many = Array.from({ length: 12 }, (_, index) =>
    finding(lodash, `CVE-${String(index).padStart(2, "0")}`),
  );
  const critical = finding(express, "CVE-99", { severity: "critical", score: 9.8, fixedVersion: "4.1.0" });
  const scored = finding(express, "CVE-98", { score: 8.8 });
  const { summary } = decideDelta(
    [],
    [...many, scored, critical],
    context({ kev: new Set(["CVE-99", "CVE-00"]) }),
  );
  expect(summary).toMatchObject({
    newFindings: 14,
    newCritical: 1,
    newHigh: 13,
    kevHits: ["CVE-00", "CVE-99"],
  });
  expect(summary?.topFindings).toHaveLength(10);
  expect(summary?.topFindings.slice(0, 3).map((top) => top.vulnerability)).toEqual([
    "CVE-99",
    "CVE-98",
    "CVE-00",
  ]);
  expect(summary?.topFindings[0]).toEqual({
    purl: express,
    vulnerability: "CVE-99",
    severity: "critical",
    score: 9.8,
    fixedVersion: "4.1.0",
  });
});

test("every current finding is new or unchanged, every old one fixed or unchanged, in any order", () => {
  const anyFinding = fc
    .record({
      purl: fc.constantFrom(lodash, express),
      id: fc.nat(5),
      severity: fc.constantFrom(...severityLevels),
    })
    .map(({ purl, id, severity }) => finding(purl, `CVE-${id}`, { severity }));
  const list = fc.uniqueArray(anyFinding, { selector: ({ purl, vulnerability }) => purl + vulnerability });
  fc.assert(
    fc.property(list, list, (previous, current) => {
      const decision = decideDelta(previous, current, context());
      expect(decision.added.length + decision.unchanged).toBe(current.length);
      expect(decision.removed.length + decision.unchanged).toBe(previous.length);
      expect(decideDelta(previous.toReversed(), current.toReversed(), context()).summary).toEqual(
        decision.summary,
      );
      expect(decideDelta(current, previous, context()).removed.map((change) => change.finding)).toEqual(
        decision.added.map((change) => change.finding),
      );
    }),
  );
});
