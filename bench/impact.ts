import { fillFleet } from "../engine/impact/testing/synthetic-fleet.ts";
import { createInventoryEngine, ctxFor, storeAdvisory } from "../engine/inventory/testing/stored.ts";
import { explain } from "../engine/impact/testing/explain.ts";
import { touchedByAdvisories, touchedByPurls, touchedSince } from "../engine/impact/touched.ts";
import { selection } from "../model/images/selection.ts";
import { countImpactSet } from "../store/images/impact-set.ts";
import { connectPostgres } from "../platform/postgres/connect.ts";
import type { Tables } from "../store/tables.ts";
import { type Database, type TenantTx, withTenant } from "../store/tenant.ts";
import { type BenchStack, report } from "./stack.ts";

/** Besides its images: how the fleet is made. */
const fleet = { componentsPerImage: 40, packages: 20_000 };
const tenant = "impact";
const rounds = 7;

type Question = readonly [name: string, ask: (tx: TenantTx) => Promise<number>];

const all = selection.parse({ scope: "all" });
const repository = selection.parse({ scope: "repository", repositories: ["registry.example.com/app-7"] });

async function countTouched(tx: TenantTx, componentIds: readonly number[]): Promise<number> {
  return (await countImpactSet(tx, tenant, { componentIds })).images;
}

const countPurls = async (tx: TenantTx, purls: string[]) =>
  countTouched(tx, (await touchedByPurls(tx, tenant, purls)).componentIds);

const questions: readonly Question[] = [
  ["one package, one version", (tx) => countPurls(tx, ["pkg:npm/package-7@1.3.0"])],
  ["one package, all versions", (tx) => countPurls(tx, ["pkg:npm/package-7"])],
  ["one package, a range", (tx) => countPurls(tx, ["pkg:npm/package-7@vers:npm/<1.5.0"])],
  [
    "500 packages, all versions",
    (tx) =>
      countPurls(
        tx,
        Array.from({ length: 500 }, (_, n) => `pkg:npm/package-${n}`),
      ),
  ],
  [
    "one advisory",
    async (tx) => countTouched(tx, (await touchedByAdvisories(tx, tenant, ["B-7"])).touched.componentIds),
  ],
  [
    "500 new advisories of the feed",
    async (tx) => countTouched(tx, (await touchedSince(tx, tenant, 0, 500)).componentIds),
  ],
  ["one repository", async (tx) => (await countImpactSet(tx, tenant, { selection: repository })).images],
  ["all images", async (tx) => (await countImpactSet(tx, tenant, { selection: all })).images],
];

/**
 * Impact questions over `images` images of 40 components beside a neighbour of a tenth, asked as the runtime
 * role under row-level security; with the plan of each.
 */
export async function benchImpact({ description, sql }: BenchStack, images: number): Promise<void> {
  console.log(`\nImpact questions at ${images.toLocaleString("en")} images × 40 components`);
  const appUrl = asRole(description.postgresUrl, "jobengine_app");
  const app = open(appUrl);
  const engine = open(asRole(description.postgresUrl, "jobengine_engine"));
  try {
    await fillFleet(sql, tenant, { ...fleet, images });
    await fillFleet(sql, "neighbour", { ...fleet, images: Math.ceil(images / 10) });
    await fillAdvisories({ app, engine });
    await sql.query("analyze scheduler.advisories, scheduler.advisory_packages, scheduler.advisory_aliases");
    const plans: string[] = [];
    for (const question of questions) plans.push(await measure(app, appUrl, question));
    console.log(plans.join("\n"));
  } finally {
    await Promise.all([app.kysely.destroy(), engine.kysely.destroy()]);
  }
}

async function fillAdvisories(database: {
  readonly app: Database;
  readonly engine: Database;
}): Promise<void> {
  const { engine, close } = await createInventoryEngine(database);
  for (let n = 0; n < 500; n++) {
    const record = { id: `B-${n}`, name: `package-${n}`, fixed: "1.5.0" };
    await storeAdvisory(ctxFor(engine, "operators", true), "shared", record);
  }
  await close();
}

/** Prints the times of one question, and answers its plans. */
async function measure(app: Database, appUrl: string, [name, ask]: Question): Promise<string> {
  const timesMs: number[] = [];
  let images = 0;
  for (let round = 0; round < rounds; round++) {
    const startedAt = performance.now();
    images = await withTenant(app, tenant, ask);
    timesMs.push(performance.now() - startedAt);
  }
  timesMs.sort((a, b) => a - b);
  const medianMs = timesMs[Math.floor(rounds / 2)] ?? 0;
  report(name, `${medianMs.toFixed(1)} ms`, `worst ${timesMs.at(-1)?.toFixed(1)} ms, ${images} images`);
  return `\n${name}\n${(await explain(appUrl, tenant, ask)).join("\n")}`;
}

/** The same database, acting as another role from the first statement on. */
function asRole(postgresUrl: string, role: string): string {
  const url = new URL(postgresUrl);
  url.searchParams.set("options", `-c role=${role}`);
  return url.href;
}

function open(url: string): Database {
  const options = { url, applicationName: "bench", maxConnections: 2, onIdleError: () => undefined };
  return { kysely: connectPostgres<Tables>(options), clock: (now) => now };
}
