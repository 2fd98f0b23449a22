import { keysOf } from "../../../model/matching/package-keys.ts";
import type pg from "pg";

/** How large a synthetic fleet is. */
export interface FleetSize {
  readonly images: number;
  readonly componentsPerImage: number;
  /** Different packages of which images have components, ten versions of each. */
  readonly packages: number;
}

/**
 * Fills a tenant with images, each with an SBOM of its own, whose components are drawn evenly from npm
 * packages `package-0`, `package-1`, … in versions 1.0.0 to 1.9.0. Rows are written set by set as the
 * owner: going through uploads would take minutes. Statistics are refreshed at the end.
 */
export async function fillFleet(owner: pg.Client, tenant: string, size: FleetSize): Promise<void> {
  const { images, componentsPerImage, packages } = size;
  const [key] = keysOf("npm", "package-");
  const run = (text: string, values: unknown[]) => owner.query(text, values);
  await run(
    `insert into scheduler.components (tenant_id, purl)
     select $1, 'pkg:npm/package-' || p || '@1.' || v || '.0'
       from generate_series(0, $2 - 1) p, generate_series(0, 9) v`,
    [tenant, packages],
  );
  await run(
    `insert into scheduler.component_keys (tenant_id, package_key, component_id)
     select tenant_id, $2 || split_part(split_part(purl, 'package-', 2), '@', 1), component_id
       from scheduler.components where tenant_id = $1`,
    [tenant, key],
  );
  await run(
    `insert into scheduler.sboms (tenant_id, digest, format, spec_version, bytes, component_count, matchable_count,
                                  unmatchable, created_at)
     select $1, 'sha256:' || encode(sha256(('sbom ' || i)::bytea), 'hex'), 'cyclonedx', '1.6', 1, $3, $3, '{}', now()
       from generate_series(1, $2) i`,
    [tenant, images, componentsPerImage],
  );
  await run(
    `insert into scheduler.sbom_components (tenant_id, component_id, sbom_id)
     select distinct $1, c.first + floor(random() * $3 * 10)::bigint, s.sbom_id
       from (select min(component_id) as first from scheduler.components where tenant_id = $1) c,
            scheduler.sboms s, generate_series(1, $2)
      where s.tenant_id = $1`,
    [tenant, componentsPerImage, packages],
  );
  await run(
    `insert into scheduler.images (tenant_id, digest, namespace, repository, sbom_id, sbom_seq, created_at, updated_at,
                                   last_seen_at)
     select $1, 'sha256:' || encode(sha256(('image ' || sbom_id)::bytea), 'hex'), 'team-' || sbom_id % 20,
            'registry.example.com/app-' || sbom_id % 400, sbom_id, 1, now(), now(), now()
       from scheduler.sboms where tenant_id = $1`,
    [tenant],
  );
  await owner.query(
    "analyze scheduler.components, scheduler.component_keys, scheduler.sboms, scheduler.sbom_components, scheduler.images",
  );
}
