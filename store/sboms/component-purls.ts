import { sql } from "kysely";
import type { TenantTx } from "../tenant.ts";

/** A stored component: its package URL is the text of the SBOM. */
export interface Component {
  readonly componentId: number;
  readonly purl: string;
}

/** The package URLs of components, in no order. */
export async function readComponentPurls(
  tx: TenantTx,
  tenant: string,
  componentIds: readonly number[],
): Promise<Component[]> {
  const rows = await tx
    .selectFrom("scheduler.components")
    .select(["component_id as componentId", "purl"])
    .where("tenant_id", "=", tenant)
    .where(sql<boolean>`component_id = any(${componentIds}::bigint[])`)
    .execute();
  return rows;
}

/** A component and one of the package keys that it was found by. */
export interface KeyedComponent extends Component {
  readonly packageKey: string;
}

/** The components filed under package keys; a component occurs once for each key that finds it. */
export async function findComponentsByKey(
  tx: TenantTx,
  tenant: string,
  packageKeys: readonly string[],
): Promise<KeyedComponent[]> {
  const { rows } = await sql<KeyedComponent>`
    select k.package_key as "packageKey", c.component_id as "componentId", c.purl
      from scheduler.component_keys k
      join scheduler.components c on c.tenant_id = k.tenant_id and c.component_id = k.component_id
     where k.tenant_id = ${tenant} and k.package_key = any(${packageKeys}::text[])
  `.execute(tx);
  return rows;
}
