import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { digestOf } from "../../../../engine/inventory/testing/stored.ts";
import { createInventoryApp, type InventoryApp } from "./testing/inventory-app.ts";

const folder = path.join(process.cwd(), "..", "shared", "data");
const describeWithData = existsSync(folder) ? describe : describe.skip;

const sboms = [
  ["proton-bridge-1.6.3.cdx.json", 201],
  ["proton-bridge-1.8.0.cdx.json", 201],
  ["keycloak-10.0.2.cdx.json", 903],
  ["juice-shop-11.1.2.cdx.json", 840],
] as const;

describeWithData("real input (skipped where ../shared/data is absent)", () => {
  let app: InventoryApp;
  beforeAll(async () => {
    app = await createInventoryApp();
  });
  afterAll(() => app.close());

  test.each(sboms)("%s goes in with %i components, all of them matchable", async (file, components) => {
    const digest = digestOf(sboms.findIndex(([name]) => name === file));
    await app.send("POST", "/inventory/images", { digest, repository: `registry.example.com/${file}` });
    const bytes = readFileSync(path.join(folder, "sbom", file));
    const answer = await app.send("PUT", `/inventory/images/${digest}/sbom`, bytes);
    expect(answer.status).toBe(201);
    expect(answer.body["sbom"]).toMatchObject({ components, matchable: components });
  });

  test("the Go feed goes in within seconds, and is unchanged the second time", async () => {
    const feed = gunzipSync(readFileSync(path.join(folder, "osv", "go.ndjson.gz")));
    const send = async () => {
      const answer = await app.send("POST", "/advisories", feed, { "content-type": "application/x-ndjson" });
      return answer.body;
    };
    const startedAt = performance.now();
    expect(await send()).toEqual({
      feedSequence: 4_291,
      created: 4_291,
      updated: 0,
      unchanged: 0,
      stale: 0,
      failed: 0,
      errors: [],
    });
    expect(performance.now() - startedAt).toBeLessThan(20_000);
    expect(await send()).toMatchObject({ feedSequence: 4_291, created: 0, unchanged: 4_291 });
  });

  test("each advisory that osv-scanner finds in an SBOM touches its image, and no other one does", async () => {
    const oracle = JSON.parse(readFileSync(path.join(folder, "oracle", "osv-scanner.json"), "utf8")) as {
      pairs: Record<string, [string, string, string][]>;
    };
    for (const [index, name] of ["proton-bridge-1.6.3", "proton-bridge-1.8.0"].entries()) {
      const found = new Set(oracle.pairs[name]?.map(([, , advisory]) => advisory));
      const { body } = await app.send("GET", "/advisories?pageSize=1");
      expect(body["items"]).toHaveLength(1);
      for (const advisory of found) {
        const answer = await app.send("POST", "/impact", { advisories: [advisory] });
        expect(answer.body["sample"]).toContain(digestOf(index));
      }
      const { rows } = await app.database.owner.query(
        "select advisory_id from scheduler.advisories where not advisory_id = any($1)",
        [[...found]],
      );
      const others = (rows as { advisory_id: string }[]).map((row) => row.advisory_id);
      for (let from = 0; from < others.length; from += 1_000) {
        const answer = await app.send("POST", "/impact", {
          advisories: others.slice(from, from + 1_000),
          selection: { scope: "digest", digests: [digestOf(index)] },
        });
        expect(answer.body["images"]).toBe(0);
      }
    }
  });
});
