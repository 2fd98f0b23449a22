import { sql } from "kysely";
import type { TenantTx } from "../tenant.ts";
import type { Component } from "./component-purls.ts";

/** The components among these package URLs that the tenant has already. */
export async function findComponentsByPurl(
  tx: TenantTx,
  tenant: string,
  purls: readonly string[],
): Promise<Component[]> {
  const { rows } = await sql<Component>`
    select c.component_id as "componentId", c.purl
      from unnest(${purls}::text[]) as p (purl)
      join scheduler.components c on c.tenant_id = ${tenant} and c.purl = p.purl
  `.execute(tx);
  return rows;
}

/**
 * Inserts components that are new and answers them; those that another transaction inserted meanwhile are
 * left out. Give sorted package URLs: two uploads that share components then never wait for each other in
 * a circle.
 */
export async function insertComponents(
  tx: TenantTx,
  tenant: string,
  purls: readonly string[],
): Promise<Component[]> {
  const { rows } = await sql<Component>`
    insert into scheduler.components (tenant_id, purl)
    select ${tenant}, p.purl from unnest(${purls}::text[]) with ordinality as p (purl, place) order by p.place
    on conflict do nothing
    returning component_id as "componentId", purl
  `.execute(tx);
  return rows;
}

/** Files components under their package keys. */
export async function insertComponentKeys(
  tx: TenantTx,
  tenant: string,
  keys: readonly { readonly componentId: number; readonly packageKey: string }[],
): Promise<void> {
  await sql`
    insert into scheduler.component_keys (tenant_id, package_key, component_id)
    select ${tenant}, k.*
      from unnest(${keys.map((key) => key.packageKey)}::text[], ${keys.map((key) => key.componentId)}::bigint[]) as k
    on conflict do nothing
  `.execute(tx);
}

/** Says that an SBOM holds components. */
export async function insertSbomComponents(
  tx: TenantTx,
  tenant: string,
  sbomId: number,
  componentIds: readonly number[],
): Promise<void> {
  await sql`
    insert into scheduler.sbom_components (tenant_id, component_id, sbom_id)
    select ${tenant}, c.component_id, ${sbomId}::bigint
      from unnest(${componentIds}::bigint[]) as c (component_id)
     order by c.component_id
    on conflict do nothing
  `.execute(tx);
}
