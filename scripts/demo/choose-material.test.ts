import { existsSync } from "node:fs";
import path from "node:path";
import { parseDemoArguments } from "./arguments.ts";
import { chooseMaterial } from "./choose-material.ts";
import { expectFindings } from "./fleet/expectation.ts";
import type { Screen } from "./show/screen.ts";
import type { Material } from "./story.ts";

const shared = path.join(import.meta.dirname, "../../../shared/data");
const silent = { leftOut: () => {} } as unknown as Screen;

async function choose(...flags: string[]): Promise<Material> {
  const args = parseDemoArguments(flags);
  if (args === "help") throw new Error("not asked for");
  return chooseMaterial(args, silent, new AbortController().signal);
}

const describeWithData = existsSync(shared) ? describe : describe.skip;

describeWithData("on real SBOMs and the Go feed", () => {
  test("of the user's own advisories one is held back that adds a finding", async () => {
    const sbom = path.join(shared, "sbom/proton-bridge-1.8.0.cdx.json");
    const { images, facts, records, arriving, isOwn } = await choose(
      "--sbom",
      sbom,
      "--osv",
      path.join(shared, "osv/go.ndjson.gz"),
    );
    expect(images).toMatchObject([{ namespace: "own" }]);
    expect(records).toHaveLength(4_290);
    expect(isOwn).toBe(true);
    if (arriving === undefined) throw new Error("none was held back");
    expect(expectFindings(images, [...facts, arriving.facts]).findings).toBeGreaterThan(
      expectFindings(images, facts).findings,
    );
  });
});
