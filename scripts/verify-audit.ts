/**
 * Verifies audit chains from the shell, as the engine role: `node scripts/verify-audit.ts [TENANT…]`.
 * Without a tenant all of them. Prints a line for each chain; the exit code is 1 when one is broken.
 */
import { type ChainVerdict } from "../engine/audit/verify-chain.ts";
import { verifyAuditOf } from "../engine/audit/verify.ts";
import { loadConfigOrExit } from "../platform/config/load-or-exit.ts";
import { databasePart } from "../platform/config/parts/database.ts";
import { connectPostgres } from "../platform/postgres/connect.ts";
import { listAuditedTenants } from "../store/audit-chain.ts";
import type { Tables } from "../store/tables.ts";
import { type Database, withEngine } from "../store/tenant.ts";
import { z } from "zod";

/** Verifies the chains of these tenants, or of all; answers whether all are whole. */
export async function verifyChains(
  engine: Database,
  tenants: readonly string[],
  onLine: (line: string) => void,
): Promise<boolean> {
  const chosen = tenants.length > 0 ? tenants : await withEngine(engine, listAuditedTenants);
  let areWhole = true;
  for (const tenant of chosen) {
    const verdict = await verifyAuditOf({ engine }, tenant);
    areWhole &&= verdict.ok;
    onLine(`${tenant}: ${describe(verdict)}`);
  }
  if (chosen.length === 0) onLine("No tenant has an audit chain yet.");
  return areWhole;
}

function describe({ entries, firstBroken, head }: ChainVerdict): string {
  const end = head === undefined ? "no head" : `head ${head.seq} ${head.hash}`;
  return firstBroken === undefined
    ? `ok, ${entries} entries, ${end}`
    : `BROKEN at ${firstBroken.seq}: ${firstBroken.why}; ${entries} entries before it are in order, ${end}`;
}

async function main(): Promise<void> {
  const { database } = loadConfigOrExit(z.object({ database: databasePart.pick({ engineUrl: true }) }));
  const kysely = connectPostgres<Tables>({
    url: database.engineUrl,
    applicationName: "verify-audit",
    maxConnections: 1,
    onIdleError: (error) => console.error(error.message),
  });
  try {
    const engine = { kysely, clock: (now: Date) => now };
    const areWhole = await verifyChains(engine, process.argv.slice(2), (line) => console.log(line));
    process.exitCode = areWhole ? 0 : 1;
  } finally {
    await kysely.destroy();
  }
}

if (import.meta.main) void main();
