import { readFileSync } from "node:fs";
import path from "node:path";
import { parseSbom } from "../../../model/sboms/parse-sbom.ts";
import { imageUpsert } from "../../../model/images/image.ts";
import { buildFleet } from "./build-fleet.ts";
import { expectFindings, expectTouched, factsOfRecords } from "./expectation.ts";
import type { FleetImage } from "./fleet-image.ts";
import { demoData, readPackageList } from "./package-list.ts";

const list = readPackageList();
const fleet = buildFleet(list, 199);
const records = readFileSync(path.join(demoData, "advisories.ndjson"), "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as unknown);
const arriving = JSON.parse(readFileSync(path.join(demoData, "arriving-advisory.json"), "utf8")) as unknown;

const sbomsOf = (images: readonly FleetImage[]) =>
  images.flatMap(({ sbom }) => (sbom === undefined ? [] : [parseSbom(JSON.parse(sbom))]));

test("the same list and count give the same bytes", () => {
  expect(buildFleet(readPackageList(), 199)).toEqual(fleet);
});

test("every image has a digest of its own and can be uploaded", () => {
  expect(new Set(fleet.map(({ digest }) => digest)).size).toBe(199);
  for (const { sbom: _, ...image } of fleet) expect(imageUpsert.safeParse(image).success).toBe(true);
});

test("one image has no SBOM, and some share the one of the release before", () => {
  const documents = fleet.flatMap(({ sbom }) => (sbom === undefined ? [] : [sbom]));
  expect(documents).toHaveLength(198);
  expect(new Set(documents).size).toBeGreaterThan(150);
  expect(new Set(documents).size).toBeLessThan(198);
});

test("every SBOM has 20 to 60 components, and matching can look at each of them", () => {
  for (const { componentCount, matchableCount, unmatchable } of sbomsOf(fleet)) {
    expect(componentCount).toBeGreaterThanOrEqual(20);
    expect(componentCount).toBeLessThanOrEqual(60);
    expect({ matchableCount, unmatchable }).toEqual({ matchableCount: componentCount, unmatchable: {} });
  }
});

test("a small fleet is one, too", () => {
  expect(buildFleet(list, 1)).toHaveLength(1);
  expect(sbomsOf(buildFleet(list, 12))).toHaveLength(11);
});

test("every advisory is an OSV record with facts only, and touches some image", () => {
  const facts = factsOfRecords([...records, arriving]);
  expect(new Set(facts.map(({ id }) => id)).size).toBe(records.length + 1);
  for (const record of [...records, arriving] as Record<string, unknown>[]) {
    expect(Object.keys(record)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^(summary|details|credits|references)$/)]),
    );
  }
  const { byAdvisory } = expectFindings(fleet, facts);
  expect(facts.map(({ id }) => id).filter((id) => !byAdvisory.has(id))).toEqual([]);
});

test("old releases have findings, the newest have few, and ten ecosystems are among them", () => {
  const facts = factsOfRecords(records);
  const { findings, affected } = expectFindings(fleet, facts);
  expect(findings).toBeGreaterThan(1_000);
  expect(affected.size).toBeGreaterThan(150);
  const ecosystems = new Set(
    facts.flatMap((one) => one.affected.map((each) => each.ecosystem.split(":")[0])),
  );
  expect(ecosystems).toEqual(
    new Set([
      "Alpine",
      "Debian",
      "Go",
      "Maven",
      "NuGet",
      "Packagist",
      "PyPI",
      "RubyGems",
      "crates.io",
      "npm",
    ]),
  );
});

test("the advisory that arrives later touches a modest part of the fleet, which had no such finding before", () => {
  const [facts] = factsOfRecords([arriving]);
  if (facts === undefined) throw new Error("no advisory arrives");
  const touched = expectTouched(fleet, facts);
  expect(touched.size).toBeGreaterThanOrEqual(12);
  expect(touched.size).toBeLessThanOrEqual(30);
  const before = factsOfRecords(records);
  expect(expectFindings(fleet, [...before, facts]).findings).toBe(
    expectFindings(fleet, before).findings + touched.size,
  );
});
