import { sql } from "kysely";
import type { Selection } from "../../model/images/selection.ts";
import type { TenantTx } from "../tenant.ts";
import { isSelected } from "./selected.ts";

/** How many images a selection covers. */
export async function countSelected(tx: TenantTx, tenant: string, selection: Selection): Promise<number> {
  const { rows } = await sql<{ images: number }>`
    select count(*)::int as images from scheduler.images i
     where i.tenant_id = ${tenant} and ${isSelected(selection)}
  `.execute(tx);
  return rows[0]!.images;
}
