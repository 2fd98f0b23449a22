import { readFile } from "node:fs/promises";
import path from "node:path";
import { renderTables } from "../scripts/tables.ts";
import { type TestDatabase, createTestDatabase } from "../test/support/database.ts";
import { withTenant } from "./tenant.ts";

/** Tables that belong to the platform and to no tenant: the request role must not reach them. */
const platformTables = [
  "pools",
  "queues",
  "queue_limits",
  "queue_keys",
  "queue_pauses",
  "worker_keys",
  "workers",
  "pool_drains",
];
/** The one table without a tenant that the request role uses: a single row with a number. */
const sharedTables = ["feed_sequence"];

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.drop());

async function tenantTables(): Promise<string[]> {
  const { rows } = await test.owner.query<{ name: string }>(`
    select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = 'scheduler' and c.relkind = 'r' order by 1`);
  return rows.map((row) => row.name).filter((name) => ![...platformTables, ...sharedTables].includes(name));
}

it("store/tables.ts is what the migrated schema says", async () => {
  const written = await readFile(path.join(import.meta.dirname, "tables.ts"), "utf8");
  expect(written.replaceAll(/\s+/g, " ")).toBe((await renderTables(test.owner)).replaceAll(/\s+/g, " "));
});

it("forces row-level security on every tenant table, with the policies of all three roles", async () => {
  for (const name of await tenantTables()) {
    const { rows } = await test.owner.query(
      `select c.relrowsecurity and c.relforcerowsecurity as forced,
              (select array_agg(distinct r.rolname::text order by r.rolname::text) from pg_policy p
                 join pg_roles r on r.oid = any (p.polroles) where p.polrelid = c.oid) as roles
         from pg_class c where c.oid = ('scheduler.' || $1)::regclass`,
      [name],
    );
    expect({ name, ...rows[0] }).toEqual({
      name,
      forced: true,
      roles: ["jobengine_app", "jobengine_engine", "jobengine_owner"],
    });
  }
});

it("starts every key of a tenant table with tenant_id", async () => {
  const { rows } = await test.owner.query<{ index: string; table: string; first: string }>(`
    select i.relname as index, t.relname as table, a.attname as first
      from pg_index x join pg_class i on i.oid = x.indexrelid join pg_class t on t.oid = x.indrelid
      join pg_namespace n on n.oid = t.relnamespace and n.nspname = 'scheduler'
      join pg_attribute a on a.attrelid = t.oid and a.attnum = x.indkey[0]
     where x.indisunique`);
  const tables = await tenantTables();
  for (const row of rows.filter((row) => tables.includes(row.table))) {
    expect(row).toEqual({ ...row, first: "tenant_id" });
  }
});

it("gives the runtime roles no table of their own, no right to bypass, and none on the platform's tables", async () => {
  const { rows: roles } = await test.owner.query(
    "select rolname, rolsuper, rolbypassrls, rolcreaterole from pg_roles where rolname in ('jobengine_app', 'jobengine_engine')",
  );
  for (const role of roles) {
    expect(role).toEqual({ ...role, rolsuper: false, rolbypassrls: false, rolcreaterole: false });
  }
  const { rows: owned } = await test.owner.query(
    "select relname from pg_class c join pg_roles r on r.oid = c.relowner where r.rolname in ('jobengine_app', 'jobengine_engine')",
  );
  expect(owned).toEqual([]);
  for (const table of platformTables) {
    const { rows } = await test.owner.query(
      "select has_table_privilege('jobengine_app', $1, 'select, insert, update, delete') as may",
      [`scheduler.${table}`],
    );
    expect({ table, ...rows[0] }).toEqual({ table, may: false });
  }
});

it("lets nobody rewrite the audit chain", async () => {
  for (const role of ["jobengine_app", "jobengine_engine"]) {
    const { rows } = await test.owner.query(
      "select has_table_privilege($1, 'scheduler.audit', 'update, delete') as may",
      [role],
    );
    expect({ role, ...rows[0] }).toEqual({ role, may: false });
  }
});

it("shows a tenant its own rows only, and nobody's without a tenant", async () => {
  const insert = (tenant: string, claimed: string) =>
    withTenant(test.app, tenant, (tx, now) =>
      tx
        .insertInto("scheduler.images")
        .values({
          tenant_id: claimed,
          digest: `sha256:${"a".repeat(64)}`,
          namespace: "",
          repository: "r",
          sbom_id: null,
          created_at: now,
          updated_at: now,
          last_seen_at: now,
        })
        .execute(),
    );
  await insert("a", "a");
  await insert("b", "b");
  await expect(insert("a", "b")).rejects.toThrow(/row-level security/);
  const seen = await withTenant(test.app, "a", (tx) =>
    tx.selectFrom("scheduler.images").select("tenant_id").execute(),
  );
  expect(seen).toEqual([{ tenant_id: "a" }]);
  expect(await test.app.kysely.selectFrom("scheduler.images").select("tenant_id").execute()).toEqual([]);
});

it("lets the owner's data migrations reach every row", async () => {
  const { rowCount } = await test.owner.query("update scheduler.images set namespace = namespace");
  expect(rowCount).toBe(2);
});
