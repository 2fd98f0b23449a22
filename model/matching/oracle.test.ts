import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { factsOf } from "../advisories/facts.ts";
import { parseOsv } from "../advisories/osv.ts";
import { createAdvisoryIndex } from "./advisory-index.ts";
import { componentPackage, isMatchable } from "./component-package.ts";
import { matchComponents } from "./match.ts";

const data = join(process.cwd(), "..", "shared", "data");
const withData = existsSync(join(data, "oracle", "osv-scanner.json")) ? describe : describe.skip;

function readFeed() {
  const lines = gunzipSync(readFileSync(join(data, "osv", "go.ndjson.gz")))
    .toString("utf8")
    .trimEnd();
  return lines.split("\n").map((line, at) => ({ seq: at + 1, facts: factsOf(parseOsv(JSON.parse(line))) }));
}

function readPurls(sbom: string): { purl: string }[] {
  const text = readFileSync(join(data, "sbom", `${sbom}.cdx.json`), "utf8");
  const { components } = JSON.parse(text) as { components: { purl?: string }[] };
  return components.flatMap(({ purl }) => (purl === undefined ? [] : [{ purl }]));
}

withData("the proton-bridge SBOMs with the Go feed (../shared/data/oracle)", () => {
  const oracle = existsSync(join(data, "oracle", "osv-scanner.json"))
    ? (JSON.parse(readFileSync(join(data, "oracle", "osv-scanner.json"), "utf8")) as {
        pairs: Record<string, [string, string, string][]>;
      })
    : { pairs: {} };

  test.each(Object.keys(oracle.pairs))("%s: exactly the triples of osv-scanner", (sbom) => {
    const { findings, coverage } = matchComponents(readPurls(sbom), createAdvisoryIndex(readFeed()));
    const ours = new Set<string>();
    for (const { purl, advisories } of findings) {
      const component = componentPackage(purl);
      if (!isMatchable(component)) throw new Error(`${purl} has findings and is not matchable`);
      for (const id of advisories) ours.add([component.name, component.version, id].join(" "));
    }
    const theirs = new Set((oracle.pairs[sbom] ?? []).map((triple) => triple.join(" ")));
    expect({
      onlyOurs: [...ours].filter((triple) => !theirs.has(triple)).sort(),
      onlyTheirs: [...theirs].filter((triple) => !ours.has(triple)).sort(),
    }).toEqual({ onlyOurs: [], onlyTheirs: [] });
    expect(coverage).toMatchObject({ matchable: coverage.components, notMatchable: {} });
  });
});
