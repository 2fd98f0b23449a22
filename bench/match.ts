import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { factsOf } from "../model/advisories/facts.ts";
import { parseOsv } from "../model/advisories/osv.ts";
import { createAdvisoryIndex } from "../model/matching/advisory-index.ts";
import { matchComponents } from "../model/matching/match.ts";
import { report } from "./stack.ts";

const data = path.join(import.meta.dirname, "../../shared/data");

/** The matcher on real input, where that is at hand, beside osv-scanner where that is installed. */
export async function benchMatch(): Promise<void> {
  console.log("\nproton-bridge 1.8.0 against the Go feed");
  const feedFile = path.join(data, "osv/go.ndjson.gz");
  const sbomFile = path.join(data, "sbom/proton-bridge-1.8.0.cdx.json");
  if (!existsSync(feedFile) || !existsSync(sbomFile)) {
    console.log("  left out: the real input is not at hand");
    return;
  }
  const lines = gunzipSync(readFileSync(feedFile)).toString("utf8").trimEnd().split("\n");
  const read = timed(() =>
    lines.map((line, at) => ({ seq: at + 1, facts: factsOf(parseOsv(JSON.parse(line))) })),
  );
  report("read the feed", `${read.ms.toFixed(0)} ms`, `${lines.length} records`);
  const index = timed(() => createAdvisoryIndex(read.value));
  report("index", `${index.ms.toFixed(0)} ms`);
  const document = JSON.parse(readFileSync(sbomFile, "utf8")) as { components: { purl?: string }[] };
  const components = document.components.flatMap(({ purl }) => (purl === undefined ? [] : [{ purl }]));
  const cold = timed(() => matchComponents(components, index.value));
  const rounds = 50;
  const warm = timed(() => {
    for (let round = 0; round < rounds; round++) matchComponents(components, index.value);
  });
  report(
    "match, first time",
    `${cold.ms.toFixed(1)} ms`,
    `${cold.value.findings.length} findings in ${components.length} components`,
  );
  report("match, warm", `${(warm.ms / rounds).toFixed(2)} ms`);
  const peer = benchPeer(sbomFile);
  if (peer === undefined) console.log("  osv-scanner is not installed: no peer");
  else
    report(
      "osv-scanner, whole command",
      `${peer.toFixed(0)} ms`,
      `${(peer / (read.ms + index.ms + cold.ms)).toFixed(1)} × ours with reading the feed`,
    );
}

function timed<T>(work: () => T): { value: T; ms: number } {
  const started = performance.now();
  const value = work();
  return { value, ms: performance.now() - started };
}

function benchPeer(sbomFile: string): number | undefined {
  try {
    execFileSync("osv-scanner", ["--version"], { stdio: "ignore" });
  } catch {
    return undefined;
  }
  const started = performance.now();
  try {
    execFileSync("osv-scanner", ["--offline", "--sbom", sbomFile], { stdio: "ignore" });
  } catch {
    // It exits with 1 when it found something.
  }
  return performance.now() - started;
}
