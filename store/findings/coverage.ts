import { sql } from "kysely";
import type { TenantTx } from "../tenant.ts";
import { type ImageQuestion, isAsked } from "./image-ids.ts";

/** What the current results of images could look at. */
export interface CoverageRow {
  readonly images: number;
  readonly with_result: number;
  readonly components: number;
  readonly matchable: number;
  readonly not_covered: number;
}

/** Sums the current results of the images in question. */
export async function sumCoverage(tx: TenantTx, question: ImageQuestion): Promise<CoverageRow> {
  const { rows } = await sql<CoverageRow>`
    select count(*) as images, count(r.image_id) as with_result, coalesce(sum(r.components), 0)::bigint as components,
           coalesce(sum(r.matchable), 0)::bigint as matchable, coalesce(sum(r.not_covered), 0)::bigint as not_covered
      from scheduler.images i
      left join scheduler.image_results r on r.tenant_id = i.tenant_id and r.image_id = i.image_id
     where ${isAsked(question)}
  `.execute(tx);
  return rows[0] ?? { images: 0, with_result: 0, components: 0, matchable: 0, not_covered: 0 };
}

/** The current result of an image. */
export interface ImageResultFacts {
  readonly run_id: string;
  readonly finished_at: Date;
  readonly feed_seq: number;
  readonly matcher_version: number;
  readonly components: number;
  readonly matchable: number;
  readonly not_covered: number;
  readonly is_of_current_sbom: boolean;
}

/** An image by digest, with its current result if it has one. */
export async function findImageResult(
  tx: TenantTx,
  tenant: string,
  digest: string,
): Promise<{ imageId: number; result: ImageResultFacts | undefined } | undefined> {
  const { rows } = await sql<{ image_id: number } & (ImageResultFacts | { run_id: null })>`
    select i.image_id, r.run_id, r.finished_at, r.feed_seq, r.matcher_version, r.components, r.matchable,
           r.not_covered, r.sbom_seq = i.sbom_seq as is_of_current_sbom
      from scheduler.images i
      left join scheduler.image_results r on r.tenant_id = i.tenant_id and r.image_id = i.image_id
     where i.tenant_id = ${tenant} and i.digest = ${digest}
  `.execute(tx);
  const row = rows[0];
  if (row === undefined) return undefined;
  return { imageId: row.image_id, result: row.run_id === null ? undefined : row };
}
