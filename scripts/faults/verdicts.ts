import { createRun } from "./load.ts";
import { calmTenant, fillTenant, stormTenants } from "./material.ts";
import { settle } from "./settle.ts";
import type { World } from "./world.ts";

/** How the verdicts of the tenants in the storm stand beside those of one that has met no fault. */
export interface VerdictComparison {
  readonly findings: number;
  /** Findings that one has and the other has not. */
  readonly different: number;
  /** Images that the faults had left without a fresh verdict, which an ordinary run has mended. */
  readonly mended: number;
  /** Those ordinary runs. */
  readonly runs: readonly string[];
}

/**
 * Lets a tenant with the same images have one run in peace, and compares. Before that every tenant has an ordinary
 * run, which covers only what is not fresh: what used up its budgets, or was cancelled, in every run before.
 */
export async function compareVerdicts(
  world: World,
  images: number,
  signal: AbortSignal,
): Promise<VerdictComparison> {
  await fillTenant(world, calmTenant, images);
  const everything = { selection: { scope: "all" } };
  const runs = await Promise.all(
    stormTenants.map(async (tenant) => createRun(world, tenant, `after-the-storm-${tenant}`, everything)),
  );
  await createRun(world, calmTenant, "in-peace", everything);
  await settle(world, () => undefined, signal);
  const { rows: mended } = await world.sql.query<{ images: number }>(
    `select coalesce(sum(images_planned), 0)::int as images from scheduler.runs where run_id = any($1)`,
    [runs],
  );
  const { rows } = await world.sql.query<{ findings: number; different: number }>(comparison, [
    calmTenant,
    stormTenants,
  ]);
  return { ...rows[0]!, mended: mended[0]!.images, runs };
}

const comparison = `
  with verdicts as (
    select f.tenant_id, i.digest, f.purl, f.vulnerability, f.advisories, f.severity, f.fixed_version, f.content_digest
      from scheduler.findings f join scheduler.images i using (tenant_id, image_id)
     where f.to_at is null
  ), calm as (
    select t.tenant, v.digest, v.purl, v.vulnerability, v.advisories, v.severity, v.fixed_version, v.content_digest
      from verdicts v, unnest($2::text[]) as t (tenant)
     where v.tenant_id = $1
  ), storm as (
    select * from verdicts where tenant_id = any($2)
  )
  select (select count(*)::int from verdicts where tenant_id = $1) as findings,
         (select count(*)::int from (
            (select * from calm except all select * from storm) union all
            (select * from storm except all select * from calm)) one_sided) as different`;
