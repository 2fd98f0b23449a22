import { sql } from "kysely";
import type { TenantTx } from "../../tenant.ts";
import { isChosen, type ParkedChoice } from "./choice.ts";
import type { ParkedJobRow } from "./rows.ts";

/** Where a page of parked jobs starts: after this one. */
export interface ParkedPlace {
  readonly parkedAt: Date;
  readonly jobId: string;
}

/** Parked jobs, the newest first. */
export async function listParked(
  tx: TenantTx,
  where: {
    readonly tenant: string;
    readonly choice: ParkedChoice;
    /** Only those that a run has taken up, or only the others; undefined for both. */
    readonly isRedriven?: boolean | undefined;
    readonly redrivenBy?: string | undefined;
    readonly after: ParkedPlace | undefined;
  },
  limit: number,
): Promise<ParkedJobRow[]> {
  const { tenant, choice, isRedriven, redrivenBy, after } = where;
  const conditions = [isChosen(tenant, choice)];
  if (isRedriven !== undefined)
    conditions.push(isRedriven ? sql`p.redriven_by is not null` : sql`p.redriven_by is null`);
  if (redrivenBy !== undefined) conditions.push(sql`p.redriven_by = ${redrivenBy}`);
  if (after !== undefined)
    conditions.push(sql`(p.parked_at, p.job_id) < (${after.parkedAt}, ${after.jobId})`);
  const { rows } = await sql<ParkedJobRow>`
    select p.* from scheduler.parked_jobs p where ${sql.join(conditions, sql` and `)}
     order by p.parked_at desc, p.job_id desc limit ${limit}
  `.execute(tx);
  return rows;
}

/** Which of these ids are no parked jobs of the tenant. */
export async function filterNotParked(
  tx: TenantTx,
  tenant: string,
  jobIds: readonly string[],
): Promise<string[]> {
  const { rows } = await sql<{ job_id: string }>`
    select asked.job_id from unnest(${jobIds}::text[]) as asked (job_id)
     where not exists (select from scheduler.parked_jobs p where p.tenant_id = ${tenant} and p.job_id = asked.job_id)
  `.execute(tx);
  return rows.map((row) => row.job_id);
}
