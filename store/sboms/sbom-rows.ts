import { sql } from "kysely";
import type { TenantTx } from "../tenant.ts";

/** What is stored of an SBOM beside its components; the document itself is a blob under its digest. */
export interface SbomRow {
  readonly sbomId: number;
  /** `sha256:…` over the bytes as they were uploaded. */
  readonly digest: string;
  readonly format: string;
  readonly specVersion: string;
  readonly bytes: number;
  readonly componentCount: number;
  readonly matchableCount: number;
  /** Components by the reason why they cannot be matched. */
  readonly unmatchable: Readonly<Record<string, number>>;
}

const columns = sql<SbomRow>`
  sbom_id as "sbomId", digest, format, spec_version as "specVersion", bytes,
  component_count as "componentCount", matchable_count as "matchableCount", unmatchable`;

/** The tenant's SBOM with this digest. */
export async function findSbom(tx: TenantTx, tenant: string, digest: string): Promise<SbomRow | undefined> {
  const { rows } = await sql<SbomRow>`
    select ${columns} from scheduler.sboms where tenant_id = ${tenant} and digest = ${digest}
  `.execute(tx);
  return rows[0];
}

/**
 * Inserts an SBOM. `undefined` when the tenant has it already; who inserts the same one at the same time
 * waits here for the other.
 */
export async function insertSbom(
  tx: TenantTx,
  tenant: string,
  now: Date,
  sbom: Omit<SbomRow, "sbomId">,
): Promise<number | undefined> {
  const row = await tx
    .insertInto("scheduler.sboms")
    .values({
      tenant_id: tenant,
      digest: sbom.digest,
      format: sbom.format,
      spec_version: sbom.specVersion,
      bytes: sbom.bytes,
      component_count: sbom.componentCount,
      matchable_count: sbom.matchableCount,
      unmatchable: JSON.stringify(sbom.unmatchable),
      created_at: now,
    })
    .onConflict((conflict) => conflict.columns(["tenant_id", "digest"]).doNothing())
    .returning("sbom_id")
    .executeTakeFirst();
  return row?.sbom_id;
}
