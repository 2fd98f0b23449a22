/** Writes the documents that are generated from the code: `npm run docs`. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { renderConfigurationReference } from "../platform/config/reference.ts";
import { renderRouteReference } from "./route-reference.ts";

const documents: Record<string, () => string> = {
  "docs/configuration.md": renderConfigurationReference,
  "docs/routes.md": renderRouteReference,
};

for (const [path, render] of Object.entries(documents)) {
  await writeFile(join(import.meta.dirname, "..", path), render());
  console.log(`wrote ${path}`);
}
