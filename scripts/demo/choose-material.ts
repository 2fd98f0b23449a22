import { readFileSync } from "node:fs";
import path from "node:path";
import type { AdvisoryFacts } from "../../model/advisories/facts.ts";
import type { DemoArguments } from "./arguments.ts";
import { buildFleet } from "./fleet/build-fleet.ts";
import { expectFindings, readableFacts } from "./fleet/expectation.ts";
import type { FleetImage } from "./fleet/fleet-image.ts";
import { demoData, readPackageList } from "./fleet/package-list.ts";
import { ownImage } from "./input/own-sbom.ts";
import { readOsvFiles } from "./input/read-osv.ts";
import { readSbomFiles } from "./input/read-sboms.ts";
import type { Screen } from "./show/screen.ts";
import type { Material } from "./story.ts";

/** Reads or makes what goes in, before anything is started. */
export async function chooseMaterial(
  args: DemoArguments,
  screen: Screen,
  signal: AbortSignal,
): Promise<Material> {
  const images =
    args.sbomFiles.length > 0
      ? readSbomFiles(args.sbomFiles)
      : await madeUpFleet(args.images, screen, signal);
  const isOwn = args.sbomFiles.length > 0 || args.osvFiles.length > 0;
  const records = args.osvFiles.length > 0 ? await readOsvFiles(args.osvFiles) : demoRecords();
  const facts = readableFacts(records);
  const prepared = args.osvFiles.length > 0 ? undefined : arrivingRecord();
  const chosen = [prepared, ...candidates(images, facts)].find(
    (one) => one !== undefined && addsFindings(images, facts, one.facts),
  );
  if (chosen === undefined)
    return { images, records, facts: [...facts.values()], arriving: undefined, isOwn };
  const { record } = chosen;
  return {
    images,
    records: records.filter((one) => one !== record),
    facts: [...facts].flatMap(([one, each]) => (one === record ? [] : [each])),
    arriving: chosen,
    isOwn,
  };
}

type Candidate = NonNullable<Material["arriving"]>;
type Facts = ReadonlyMap<unknown, AdvisoryFacts>;

async function madeUpFleet(count: number, screen: Screen, signal: AbortSignal): Promise<FleetImage[]> {
  const own = await ownImage(signal);
  const list = readPackageList();
  if (typeof own !== "string") return [...buildFleet(list, count - 1), own];
  screen.leftOut(`this project's own dependency tree is left out: ${own}`);
  return buildFleet(list, count);
}

function demoRecords(): unknown[] {
  const lines = readFileSync(path.join(demoData, "advisories.ndjson"), "utf8").trim().split("\n");
  return lines.map((line) => JSON.parse(line) as unknown);
}

function arrivingRecord(): Candidate | undefined {
  const text = readFileSync(path.join(demoData, "arriving-advisory.json"), "utf8");
  const record: unknown = JSON.parse(text);
  const facts = readableFacts([record]).get(record);
  return facts === undefined ? undefined : { record, facts };
}

/** Records that touch some images, those first that touch about a quarter; a few are enough to choose from. */
function candidates(images: readonly FleetImage[], facts: Facts): Candidate[] {
  const { byAdvisory } = expectFindings(images, [...facts.values()]);
  const distance = ({ facts: { id } }: Candidate) =>
    Math.abs((byAdvisory.get(id)?.size ?? 0) - images.length / 4);
  return Array.from(facts, ([record, each]) => ({ record, facts: each }))
    .filter(({ facts: { id } }) => byAdvisory.has(id))
    .toSorted((a, b) => distance(a) - distance(b))
    .slice(0, 10);
}

/** Whether one record adds findings beside the others: another record may tell of the same vulnerability. */
function addsFindings(images: readonly FleetImage[], facts: Facts, one: AdvisoryFacts): boolean {
  const others = [...facts.values()].filter((other) => other !== one);
  return expectFindings(images, [...others, one]).findings > expectFindings(images, others).findings;
}
