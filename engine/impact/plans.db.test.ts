import { selection } from "../../model/images/selection.ts";
import { countImpactSet } from "../../store/images/impact-set.ts";
import { withTenant } from "../../store/tenant.ts";
import { createTestDatabase, type TestDatabase } from "../../test/support/database.ts";
import type { Ctx } from "../context.ts";
import { createInventoryEngine, ctxFor, storeAdvisory } from "../inventory/testing/stored.ts";
import { explain } from "./testing/explain.ts";
import { fillFleet } from "./testing/synthetic-fleet.ts";
import { touchedByAdvisories, touchedByPurls, touchedSince } from "./touched.ts";

let database: TestDatabase;
let close: () => Promise<void>;
let ctx: Ctx;
beforeAll(async () => {
  database = await createTestDatabase();
  const made = await createInventoryEngine(database);
  close = made.close;
  ctx = ctxFor(made.engine, "acme", true);
  for (const tenant of ["acme", "other"]) {
    await fillFleet(database.owner, tenant, { images: 2_000, componentsPerImage: 10, packages: 500 });
  }
  for (let n = 0; n < 20; n++) {
    await storeAdvisory(ctx, "shared", {
      id: `S-${n}`,
      name: `package-${n}`,
      fixed: "1.5.0",
      aliases: [`CVE-${n}`],
    });
  }
  await database.owner.query(
    "analyze scheduler.advisories, scheduler.advisory_packages, scheduler.advisory_aliases",
  );
});
afterAll(async () => {
  await close();
  await database.drop();
});

const big = ["component_keys", "sbom_components", "components", "images", "sboms"];
const scanned = (plans: string[]) =>
  big.filter((table) => plans.some((plan) => new RegExp(`Seq Scan on ${table}\\b`).test(plan)));
const countOf = (purls: string[]) =>
  withTenant(database.app, "acme", async (tx) =>
    countImpactSet(tx, "acme", { componentIds: (await touchedByPurls(tx, "acme", purls)).componentIds }),
  );

test("the images of a package are found by indexes under row-level security", async () => {
  const plans = await explain(database.urls.app, "acme", async (tx) => {
    const { componentIds } = await touchedByPurls(tx, "acme", ["pkg:npm/package-7@vers:npm/<1.5.0"]);
    await countImpactSet(tx, "acme", { componentIds });
  });
  expect(plans).toHaveLength(2);
  expect(scanned(plans)).toEqual([]);
});

test("the images of an advisory, and of a stretch of the feed, are found by indexes", async () => {
  const plans = await explain(database.urls.app, "acme", async (tx) => {
    const { touched } = await touchedByAdvisories(tx, "acme", ["S-3", "CVE-4"]);
    await countImpactSet(tx, "acme", { componentIds: touched.componentIds });
    await touchedSince(tx, "acme", 18, 20);
  });
  expect(scanned(plans)).toEqual([]);
});

test("a repository is found by its index", async () => {
  const repositories = ["registry.example.com/app-7"];
  const plans = await explain(database.urls.app, "acme", (tx) =>
    countImpactSet(tx, "acme", { selection: selection.parse({ scope: "repository", repositories }) }),
  );
  expect(plans.join("\n")).toContain("images_repository");
  expect(scanned(plans)).toEqual([]);
});

test("the set of a package is that of its rows, counted by hand", async () => {
  const { rows } = await database.owner.query(
    `select count(distinct i.digest)::int as images, count(distinct i.namespace)::int as namespaces,
            array_agg(distinct i.digest) as digests
       from scheduler.images i
       join scheduler.sbom_components sc on sc.tenant_id = i.tenant_id and sc.sbom_id = i.sbom_id
       join scheduler.components c on c.tenant_id = sc.tenant_id and c.component_id = sc.component_id
      where i.tenant_id = 'acme' and c.purl like 'pkg:npm/package-7@%'`,
  );
  const set = await countOf(["pkg:npm/package-7"]);
  expect(set.images).toBeGreaterThan(10);
  expect(set).toMatchObject({ images: rows[0].images, namespaces: rows[0].namespaces });
  expect(set.sample).toEqual((rows[0].digests as string[]).toSorted().slice(0, 10));
  expect(set.byNamespace.reduce((sum, group) => sum + group.images, 0)).toBe(set.images);
});
