/**
 * Brings the database to the newest schema: `npm run migrate`.
 * With JOBENGINE_DATABASE_ADMIN_URL it first creates the database and the three roles, with the
 * passwords that stand in their URLs; without it both must exist.
 */
import { promises as fs } from "node:fs";
import path from "node:path";
import { Kysely, PostgresDialect } from "kysely";
import { FileMigrationProvider, Migrator } from "kysely/migration";
import pg from "pg";

const migrationFolder = path.join(import.meta.dirname, "../migrations");

/** Where to migrate, and as whom. `adminUrl` may create roles and databases; the others name the roles. */
export interface MigrateOptions {
  readonly adminUrl?: string | undefined;
  readonly ownerUrl: string;
  readonly appUrl: string;
  readonly engineUrl: string;
  readonly onLine?: (line: string) => void;
}

/**
 * Creates what is missing and applies all outstanding migrations. Several callers at once are safe: an
 * advisory lock lets one after the other through, the later ones find nothing to do.
 * Returns the names of the migrations applied.
 */
export async function migrate(options: MigrateOptions): Promise<string[]> {
  if (options.adminUrl !== undefined) await createRolesAndDatabase(options.adminUrl, options);
  const pool = new pg.Pool({ connectionString: options.ownerUrl, max: 2, connectionTimeoutMillis: 10_000 });
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  try {
    const migrator = new Migrator({
      db,
      provider: new FileMigrationProvider({ fs, path, migrationFolder }),
      migrationTableName: "jobengine_migrations",
      migrationLockTableName: "jobengine_migrations_lock",
    });
    const { error, results } = await migrator.migrateToLatest();
    for (const result of results ?? [])
      options.onLine?.(`${result.status.toLowerCase()}: ${result.migrationName}`);
    if (error !== undefined) throw error;
    return (results ?? []).map((result) => result.migrationName);
  } finally {
    await db.destroy();
  }
}

async function createRolesAndDatabase(adminUrl: string, options: MigrateOptions): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    // One creator at a time, in this server: "create role if not exists" does not exist.
    await client.query("select pg_advisory_lock(hashtext('jobengine-roles'))");
    for (const url of [options.ownerUrl, options.appUrl, options.engineUrl]) {
      const { username, password } = credentials(url);
      const name = client.escapeIdentifier(username);
      const known = await client.query("select 1 from pg_roles where rolname = $1", [username]);
      if (known.rowCount === 0) {
        await client.query(`create role ${name} login nosuperuser nocreatedb nocreaterole nobypassrls`);
      }
      if (password !== "")
        await client.query(`alter role ${name} password ${client.escapeLiteral(password)}`);
    }
    const owner = client.escapeIdentifier(credentials(options.ownerUrl).username);
    const database = decodeURIComponent(new URL(options.ownerUrl).pathname.slice(1));
    const exists = await client.query("select 1 from pg_database where datname = $1", [database]);
    if (exists.rowCount === 0) {
      await client.query(`create database ${client.escapeIdentifier(database)} owner ${owner}`);
    }
  } finally {
    await client.end();
  }
}

function credentials(url: string): { username: string; password: string } {
  const { username, password } = new URL(url);
  return { username: decodeURIComponent(username), password: decodeURIComponent(password) };
}

function required(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === "") {
    console.error(
      `${name} is not set: give a URL such as postgres://role:password@127.0.0.1:5432/jobengine.`,
    );
    process.exit(2);
  }
  return value;
}

async function main(): Promise<void> {
  const applied = await migrate({
    adminUrl: process.env["JOBENGINE_DATABASE_ADMIN_URL"],
    ownerUrl: required("JOBENGINE_DATABASE_OWNER_URL"),
    appUrl: required("JOBENGINE_DATABASE_URL"),
    engineUrl: required("JOBENGINE_DATABASE_ENGINE_URL"),
    onLine: (line) => console.log(line),
  });
  console.log(applied.length === 0 ? "The schema is up to date." : `${applied.length} migrations applied.`);
}

if (import.meta.main) void main();
