import { sql } from "kysely";
import type { Selection } from "../../model/images/selection.ts";
import { setDigest } from "../runs/impact-snapshot.ts";
import type { TenantTx } from "../tenant.ts";
import { isSelected } from "./selected.ts";

/** Groups that are told by name; there may be more. */
const toldGroups = 50;
const sampleSize = 10;

/** Images of one namespace or repository. */
export interface Group {
  readonly name: string;
  readonly images: number;
}

/** A set of images, counted. The largest groups come first, at most 50 of each kind. */
export interface ImpactSet {
  readonly images: number;
  readonly withoutSbom: number;
  readonly namespaces: number;
  readonly repositories: number;
  readonly byNamespace: readonly Group[];
  readonly byRepository: readonly Group[];
  /** The first ten by digest. */
  readonly sample: readonly string[];
  /** Of the set with its SBOMs, as in the impact snapshot of a run over it. */
  readonly digest: string;
}

/**
 * The images that are selected and whose current SBOM holds one of the components; either condition may be
 * absent.
 */
export async function countImpactSet(
  tx: TenantTx,
  tenant: string,
  set: { readonly selection?: Selection | undefined; readonly componentIds?: readonly number[] | undefined },
): Promise<ImpactSet> {
  const touched =
    set.componentIds === undefined
      ? sql``
      : sql`join (
          select distinct sc.sbom_id
            from unnest(${set.componentIds}::bigint[]) as t (component_id)
            join scheduler.sbom_components sc on sc.tenant_id = ${tenant} and sc.component_id = t.component_id
        ) t on t.sbom_id = i.sbom_id`;
  const selected = set.selection === undefined ? sql`true` : isSelected(set.selection);
  const { rows } = await sql<ImpactSet>`
    with chosen as materialized (
      select i.digest as image_digest, i.namespace, i.repository, i.sbom_id
        from scheduler.images i ${touched}
       where i.tenant_id = ${tenant} and ${selected}
    ), namespaces as (
      select namespace as name, count(*) as images from chosen group by namespace
    ), repositories as (
      select repository as name, count(*) as images from chosen group by repository
    )
    select count(*) as images, count(*) filter (where c.sbom_id is null) as "withoutSbom",
           (select count(*) from namespaces) as namespaces,
           (select count(*) from repositories) as repositories,
           (select coalesce(jsonb_agg(g), '[]') from (
              select name, images from namespaces order by images desc, name collate "C" limit ${toldGroups}
            ) g) as "byNamespace",
           (select coalesce(jsonb_agg(g), '[]') from (
              select name, images from repositories order by images desc, name collate "C" limit ${toldGroups}
            ) g) as "byRepository",
           (select coalesce(jsonb_agg(g.image_digest), '[]') from (
              select image_digest from chosen order by image_digest collate "C" limit ${sampleSize}
            ) g) as sample,
           ${setDigest} as digest
      from chosen c
      left join scheduler.sboms s on s.tenant_id = ${tenant} and s.sbom_id = c.sbom_id
  `.execute(tx);
  return rows[0]!;
}
