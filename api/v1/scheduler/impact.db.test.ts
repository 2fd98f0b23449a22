import { selection } from "../../../model/images/selection.ts";
import { previewSnapshot } from "../../../store/runs/impact-snapshot.ts";
import { withTenant } from "../../../store/tenant.ts";
import { ctxFor, digestOf, storeAdvisory, storeImage } from "../../../engine/inventory/testing/stored.ts";
import { createInventoryApp, type InventoryApp } from "./inventory/testing/inventory-app.ts";

let app: InventoryApp;
beforeAll(async () => {
  app = await createInventoryApp();
  const ctx = ctxFor(app.engine, "acme", true);
  await storeImage(ctx, 1, ["pkg:npm/left@1.0.0"], { repository: "r/one", namespace: "prod" });
  await storeImage(ctx, 2, ["pkg:npm/left@2.0.0"], { repository: "r/two", namespace: "prod" });
  await storeImage(ctx, 3, ["pkg:npm/left@1.0.0", "pkg:npm/right@1.0.0"], { repository: "r/two" });
  await storeAdvisory(ctx, "shared", { id: "S-1", name: "left", fixed: "1.5.0", aliases: ["CVE-1"] });
  await app.send("POST", "/inventory/images", { digest: digestOf(4), repository: "r/four" });
});
afterAll(() => app.close());

const ask = async (body: object) => {
  const answer = await app.send("POST", "/impact", body);
  expect(answer.status).toBe(200);
  return answer.body;
};

test("package URLs answer images by namespace and repository, a sample and the digest of the set", async () => {
  expect(await ask({ purls: ["pkg:npm/left@vers:npm/<1.5.0"] })).toEqual({
    schemaVersion: "scheduler.impact-set@1",
    images: 2,
    withoutSbom: 0,
    namespaces: 2,
    repositories: 2,
    byNamespace: [
      { name: "default", images: 1 },
      { name: "prod", images: 1 },
    ],
    byRepository: [
      { name: "r/one", images: 1 },
      { name: "r/two", images: 1 },
    ],
    sample: [digestOf(1), digestOf(3)],
    digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    feedSequence: 1,
    unknownAdvisories: [],
  });
});

test("an advisory by alias answers the same set, and tells names that nobody has", async () => {
  const byPurl = await ask({ purls: ["pkg:npm/left@1.0.0"] });
  const byName = await ask({ advisories: ["CVE-1", "CVE-0"] });
  expect(byName).toEqual({ ...byPurl, unknownAdvisories: ["CVE-0"] });
});

test("a selection answers its images, those without an SBOM counted", async () => {
  expect(await ask({ selection: { scope: "all" } })).toMatchObject({ images: 4, withoutSbom: 1 });
  const within = { scope: "repository", repositories: ["r/two"] };
  expect(await ask({ selection: within })).toMatchObject({ images: 2 });
  expect(await ask({ selection: within, purls: ["pkg:npm/left@1.0.0"] })).toMatchObject({ images: 1 });
});

test("the digest of the set is that of a run over it", async () => {
  const all = selection.parse({ scope: "all" });
  const coverage = {
    selection: all,
    touched: { componentIds: [], seqs: [] },
    isForced: true,
    reportedBefore: null,
    matcherVersion: 1,
  };
  const snapshot = await withTenant(app.database.app, "acme", (tx) =>
    previewSnapshot(tx, "acme", coverage, undefined),
  );
  expect((await ask({ selection: { scope: "all" } }))["digest"]).toBe(snapshot.digest);
});

test("another tenant's images are in no set", async () => {
  const { body } = await app.send(
    "POST",
    "/impact",
    { purls: ["pkg:npm/left"] },
    { "x-stellaops-tenant": "other" },
  );
  expect(body["images"]).toBe(0);
});

test.each([
  ["nothing", {}, "selection"],
  ["purls and advisories at once", { purls: ["pkg:npm/a"], advisories: ["A"] }, "advisories"],
  ["a text that is no purl", { purls: ["pkg:npm/a", "left"] }, "purls[1]"],
  ["a range that cannot be read", { purls: ["pkg:npm/a@vers:npm/<x"] }, "purls[0]"],
  ["an unknown field", { purl: ["pkg:npm/a"] }, "purl"],
])("a question with %s is refused with its place", async (_, body, place) => {
  const answer = await app.send("POST", "/impact", body);
  expect(answer.status).toBe(422);
  expect((answer.body["errors"] as { path: string }[]).map((field) => field.path)).toContain(place);
});
