import { parseArgs } from "node:util";

export interface DemoArguments {
  /** The user's own SBOMs; the fleet of the demo when there are none. */
  readonly sbomFiles: readonly string[];
  /** The user's own advisories; those of the demo when there are none. */
  readonly osvFiles: readonly string[];
  readonly dataDir: string;
  readonly shouldKeep: boolean;
  readonly images: number;
}

export const defaultDataDir = ".jobengine-demo";

const leastImages = 20;
const mostImages = 20_000;

export const usage = `Usage: npm run demo [-- flags]

Brings up a whole JobEngine, runs it on a fleet of images and tells what it does. Checks what it tells:
it ends with 0 only when every scene held.

  --sbom FILE…      your own SBOMs (CycloneDX or SPDX as JSON) instead of the made-up fleet
  --osv FILE…       your own advisories (OSV as JSON, lines of JSON, .gz or .zip) instead of the demo's
  --images N        size of the made-up fleet, ${leastImages} to ${mostImages} (default 200)
  --data-dir DIR    where all state lies (default ${defaultDataDir}); must be new, empty or of an earlier demo
  --keep            leave everything running at the end
  --help`;

/** Reads the command line; what is wrong with it is the message of the error. `help` when it was asked for. */
export function parseDemoArguments(args: readonly string[]): DemoArguments | "help" {
  const { values, tokens } = parseArgs({
    args: [...args],
    allowPositionals: true,
    tokens: true,
    options: {
      sbom: { type: "string", multiple: true },
      osv: { type: "string", multiple: true },
      images: { type: "string", default: "200" },
      "data-dir": { type: "string", default: defaultDataDir },
      keep: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return "help";
  const files: Record<"sbom" | "osv", string[]> = { sbom: [], osv: [] };
  let open: "sbom" | "osv" | undefined;
  for (const token of tokens) {
    if (token.kind === "option-terminator") continue;
    if (token.kind === "positional") {
      if (open === undefined) throw new Error(`Say --sbom or --osv before ${JSON.stringify(token.value)}.`);
      files[open].push(token.value);
      continue;
    }
    open = token.name === "sbom" || token.name === "osv" ? token.name : undefined;
    if (open !== undefined && token.value !== undefined) files[open].push(token.value);
  }
  if (values["data-dir"] === "") throw new Error("--data-dir needs the name of a folder.");
  const images = /^\d{1,6}$/.test(values.images) ? Number(values.images) : 0;
  if (images < leastImages || images > mostImages) {
    throw new Error(
      `--images needs a number from ${leastImages} to ${mostImages}, not ${JSON.stringify(values.images)}.`,
    );
  }
  return {
    sbomFiles: files.sbom,
    osvFiles: files.osv,
    dataDir: values["data-dir"],
    shouldKeep: values.keep,
    images,
  };
}
