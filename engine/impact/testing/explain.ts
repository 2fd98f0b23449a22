import { CompiledQuery, Kysely, PostgresDialect } from "kysely";
import pg from "pg";
import type { Tables } from "../../../store/tables.ts";
import { type TenantTx, withTenant } from "../../../store/tenant.ts";

/**
 * Runs statements as a tenant and answers the plan of each, analysed, as text: what the runtime role's
 * planner does under row-level security, not what the owner's would.
 */
export async function explain(
  appUrl: string,
  tenant: string,
  work: (tx: TenantTx) => Promise<unknown>,
): Promise<string[]> {
  const statements: CompiledQuery[] = [];
  const kysely = new Kysely<Tables>({
    dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: appUrl, max: 1 }) }),
    log: (event) => void statements.push(event.query),
  });
  try {
    return await withTenant({ kysely, clock: (now) => now }, tenant, async (tx) => {
      statements.length = 0;
      await work(tx);
      const plans: string[] = [];
      for (const { sql, parameters } of statements.splice(0)) {
        const explained = CompiledQuery.raw(`explain (analyze, buffers) ${sql}`, [...parameters]);
        const { rows } = await tx.executeQuery<{ "QUERY PLAN": string }>(explained);
        plans.push(rows.map((row) => row["QUERY PLAN"]).join("\n"));
      }
      return plans;
    });
  } finally {
    await kysely.destroy();
  }
}
