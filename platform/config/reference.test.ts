import { readFileSync } from "node:fs";
import { join } from "node:path";
import { renderConfigurationReference } from "./reference.ts";

test("docs/configuration.md is what the schemas say (npm run docs)", () => {
  const written = readFileSync(join(import.meta.dirname, "../../docs/configuration.md"), "utf8");
  expect(written).toBe(renderConfigurationReference());
});
