import { createHash, randomBytes } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import pg from "pg";
import { migrate } from "../../scripts/migrate.ts";
import { connectPostgres } from "../../platform/postgres/connect.ts";
import type { Database } from "../../store/tenant.ts";
import type { Tables } from "../../store/tables.ts";

/** A database of a test file's own, with a connection for each role, and the clock in the test's hand. */
export interface TestDatabase {
  readonly app: Database;
  readonly engine: Database;
  readonly owner: pg.Client;
  readonly urls: { readonly app: string; readonly engine: string; readonly owner: string };
  /** Moves what the transactions take for now; 0 by default. */
  shiftMs: number;
  drop(): Promise<void>;
}

const migrations = path.join(import.meta.dirname, "../../migrations");

/** The migrated template, made once for each state of the migrations folder; later callers clone it. */
async function ensureTemplate(adminUrl: string): Promise<string> {
  const hash = createHash("sha256");
  for (const file of readdirSync(migrations).sort()) hash.update(readFileSync(path.join(migrations, file)));
  const template = `je_template_${hash.digest("hex").slice(0, 12)}`;
  const admin = new pg.Client({ connectionString: adminUrl });
  await admin.connect();
  try {
    await admin.query("select pg_advisory_lock(hashtext('je-test-template'))");
    const known = await admin.query("select datistemplate from pg_database where datname = $1", [template]);
    if (known.rows[0]?.datistemplate === true) return template;
    if (known.rowCount === 1) await admin.query(`drop database ${template} with (force)`);
    await migrate({
      adminUrl,
      ownerUrl: roleUrl(adminUrl, "jobengine_owner", template),
      appUrl: roleUrl(adminUrl, "jobengine_app", template),
      engineUrl: roleUrl(adminUrl, "jobengine_engine", template),
    });
    await admin.query(`alter database ${template} is_template true`);
    return template;
  } finally {
    await admin.end();
  }
}

/** Clones the template: some 50 ms. Needs TEST_POSTGRES_URL, which `npm test` sets. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const adminUrl = process.env["TEST_POSTGRES_URL"];
  if (adminUrl === undefined)
    throw new Error("TEST_POSTGRES_URL is not set: run these tests with `npm test`.");
  const template = await ensureTemplate(adminUrl);
  const name = `je_test_${randomBytes(6).toString("hex")}`;
  const admin = new pg.Client({ connectionString: adminUrl });
  await admin.connect();
  // Cloning needs a template that nobody is connected to; clones of other test files take a moment.
  await admin.query("select pg_advisory_lock(hashtext('je-test-template'))");
  await admin.query(`create database ${name} template ${template} owner jobengine_owner`);
  await admin.query("select pg_advisory_unlock(hashtext('je-test-template'))");
  await admin.end();

  const urls = {
    app: roleUrl(adminUrl, "jobengine_app", name),
    engine: roleUrl(adminUrl, "jobengine_engine", name),
    owner: roleUrl(adminUrl, "jobengine_owner", name),
  };
  const owner = new pg.Client({ connectionString: urls.owner });
  await owner.connect();
  const pools = [urls.app, urls.engine].map((url) =>
    connectPostgres<Tables>({
      url,
      applicationName: "test",
      maxConnections: 5,
      onIdleError: () => undefined,
    }),
  );
  const clock = (now: Date): Date => new Date(now.getTime() + test.shiftMs);
  const test: TestDatabase = {
    app: { kysely: pools[0]!, clock },
    engine: { kysely: pools[1]!, clock },
    owner,
    urls,
    shiftMs: 0,
    async drop() {
      await owner.end();
      await Promise.all(pools.map((pool) => pool.destroy()));
      const closing = new pg.Client({ connectionString: adminUrl });
      await closing.connect();
      await closing.query(`drop database ${name} with (force)`);
      await closing.end();
    },
  };
  return test;
}

/** The URL of `database` for a role; tests give each role its own name as password. */
function roleUrl(adminUrl: string, role: string, database: string): string {
  const url = new URL(adminUrl);
  url.username = role;
  url.password = role;
  url.pathname = `/${database}`;
  return url.href;
}
