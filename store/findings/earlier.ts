import { sql } from "kysely";
import type { TenantTx } from "../tenant.ts";

/** An interval of a finding that has ended. */
export interface EarlierInterval {
  readonly image_id: number;
  readonly purl: string;
  readonly vulnerability: string;
  readonly from_at: Date;
  readonly from_run: string;
  readonly from_cause: string;
  readonly to_at: Date;
}

/** The ended intervals of these components in these images, oldest first. */
export async function selectEarlierIntervals(
  tx: TenantTx,
  tenant: string,
  imageIds: readonly number[],
  purls: readonly string[],
): Promise<EarlierInterval[]> {
  if (imageIds.length === 0) return [];
  const { rows } = await sql<EarlierInterval>`
    select image_id, purl, vulnerability, from_at, from_run, from_cause, to_at
      from scheduler.findings
     where tenant_id = ${tenant} and image_id = any(${imageIds}::bigint[]) and to_at is not null
       and purl = any(${purls}::text[])
     order by from_at, finding_id
  `.execute(tx);
  return rows;
}
