import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseSbom } from "./parse-sbom.ts";

const folder = join(process.cwd(), "..", "shared", "data", "sbom");
const describeWithData = existsSync(folder) ? describe : describe.skip;

describeWithData("real SBOMs (skipped where ../shared/data is absent)", () => {
  test.each([
    ["juice-shop-11.1.2.cdx.json", "juice-shop", 840],
    ["keycloak-10.0.2.cdx.json", "keycloak-parent", 903],
    ["proton-bridge-1.6.3.cdx.json", "github.com/ProtonMail/proton-bridge", 201],
    ["proton-bridge-1.8.0.cdx.json", "github.com/ProtonMail/proton-bridge", 201],
  ])("%s describes %s with %i matchable components", (file, name, count) => {
    const sbom = parseSbom(JSON.parse(readFileSync(join(folder, file), "utf8")));
    expect(sbom).toMatchObject({
      format: "cyclonedx",
      specVersion: "1.2",
      componentCount: count,
      matchableCount: count,
    });
    expect(sbom.subject?.name).toBe(name);
  });
});
