import { type RawBuilder, sql } from "kysely";
import { createTestDatabase, type TestDatabase } from "../../test/support/database.ts";
import { withTenant } from "../tenant.ts";
import { countFindings } from "./count.ts";
import { byId, selectById, selectWorstFirst, worstFirst } from "./select.ts";

const tenant = "acme";
let database: TestDatabase;

/** 2,000 images of 25 findings each: 500 packages, 1,000 vulnerabilities, one in a hundred critical; half of it ended. */
beforeAll(async () => {
  database = await createTestDatabase();
  await database.owner.query(`
    insert into scheduler.images (tenant_id, digest, namespace, repository, created_at, updated_at, last_seen_at)
    select 'acme', 'sha256:' || n, 'prod', 'r.example/' || n % 100, now(), now(), now() from generate_series(1, 2000) n`);
  await database.owner.query(`
    insert into scheduler.findings (tenant_id, image_id, package_key, purl, vulnerability, advisories, advisory_seq,
      severity, severity_rank, score, content_digest, from_at, from_run, from_cause, to_at)
    select case when n % 50 = 0 then 'other' else 'acme' end, i.image_id, 'npm|p' || n % 500, 'pkg:npm/p' || n % 500 || '@1.0.0',
           'CVE-' || n % 1000, array['GHSA-' || n % 1000], 1, case when n % 100 = 1 then 'critical' else 'low' end,
           case when n % 100 = 1 then 0 else 3 end, (n % 90) / 10.0, 'd', timestamptz '2026-05-01' + n * interval '1 second',
           'run_1', 'sbom', case when n % 3 = 0 then timestamptz '2026-06-01' end
      from scheduler.images i cross join lateral (select i.image_id * 25 + k as n from generate_series(0, 24) k) k`);
  await database.owner.query("analyze scheduler.findings; analyze scheduler.images");
});
afterAll(() => database.drop());

/** The indexes of `findings` that a statement walks, as the runtime role. */
async function indexesOf(statement: RawBuilder<unknown>): Promise<string[]> {
  const { rows } = await withTenant(database.app, tenant, (tx) =>
    sql<{ "QUERY PLAN": unknown }>`explain (format json) ${statement}`.execute(tx),
  );
  const plan = JSON.stringify(rows[0]?.["QUERY PLAN"]);
  if (plan.includes('"Seq Scan","Parallel Aware":false,"Async Capable":false,"Relation Name":"findings"'))
    return ["a sequential scan"];
  return [...plan.matchAll(/"Index Name":"(findings_\w+)"/g)].map(([, name]) => name ?? "");
}

const vulnerability = { asked: "CVE-7", names: ["CVE-7", "GHSA-7"], records: ["GHSA-7"] };
const components = { packageKeys: ["npm|p1", "npm|p2"], purls: ["pkg:npm/p1@1.0.0", "pkg:npm/p2@1.0.0"] };
const at = new Date("2026-05-15T00:00:00.000Z");

test.each([
  ["images", { tenant, imageIds: [5, 6, 7] }, /^findings_(image|current)$/],
  ["images in the past", { tenant, at, imageIds: [5, 6, 7] }, /^findings_image$/],
  ["a package", { tenant, components }, /^findings_package$/],
  ["a package in the past", { tenant, at, components }, /^findings_package$/],
  ["a vulnerability", { tenant, vulnerability }, /^findings_vulnerability$/],
  ["a vulnerability in the past", { tenant, at, vulnerability }, /^findings_vulnerability$/],
  ["severities", { tenant, severities: ["critical", "high"] }, /^findings_severity$/],
  ["nothing", { tenant }, /^findings_pkey$/],
  ["a wide set of images", { tenant, images: { namespace: "prod" } }, /^findings_pkey$/],
])("findings by %s reach their index under row-level security", async (_what, query, index) => {
  const used = await indexesOf(byId(query, 1_000, 51));
  expect(used).toEqual([expect.stringMatching(index)]);
});

test("the findings of an image are sorted from its index", async () => {
  expect(await indexesOf(worstFirst({ tenant, imageIds: [5] }, undefined, 51))).toEqual([
    expect.stringMatching(/^findings_(image|current)$/),
  ]);
});

test("pages in both orders give every finding of the question once", async () => {
  const query = { tenant, components, severities: ["critical", "low"] };
  await withTenant(database.app, tenant, async (tx) => {
    const count = await countFindings(tx, query, 10_000);
    const ids: number[] = [];
    for (let rows = await selectById(tx, query, undefined, 7); rows.length > 0;) {
      ids.push(...rows.map((row) => row.finding_id));
      rows = await selectById(tx, query, ids.at(-1), 7);
    }
    const worst: number[] = [];
    for (let rows = await selectWorstFirst(tx, query, undefined, 7); rows.length > 0;) {
      worst.push(...rows.map((row) => row.finding_id));
      const last = rows.at(-1);
      if (last === undefined) break;
      const place: [number, number, number] = [last.severity_rank, last.score ?? -1, last.finding_id];
      rows = await selectWorstFirst(tx, query, place, 7);
    }
    expect(count).toBeGreaterThan(50);
    expect(ids).toHaveLength(count);
    expect(ids).toEqual(ids.toSorted((a, b) => a - b));
    expect(worst.toSorted((a, b) => a - b)).toEqual(ids);
  });
});

test("a count stops at its limit", async () => {
  await withTenant(database.app, tenant, async (tx) => {
    expect(await countFindings(tx, { tenant }, 100)).toBe(100);
  });
});
