import { sql } from "kysely";
import type { SeverityLevel } from "../../model/advisories/severity.ts";
import type { EngineTx } from "../tenant.ts";

/** A finding that is open now, as ingest compares it. */
export interface OpenFinding {
  readonly finding_id: number;
  readonly image_id: number;
  readonly purl: string;
  readonly vulnerability: string;
  readonly advisories: string[];
  readonly severity: SeverityLevel;
  readonly advisory_seq: number;
  readonly content_digest: string;
}

/** The open findings of images. */
export async function listOpenFindings(
  tx: EngineTx,
  tenant: string,
  imageIds: readonly number[],
): Promise<OpenFinding[]> {
  if (imageIds.length === 0) return [];
  const { rows } = await sql<OpenFinding>`
    select finding_id, image_id, purl, vulnerability, advisories, severity, advisory_seq, content_digest
      from scheduler.findings
     where tenant_id = ${tenant} and image_id = any(${imageIds}::bigint[]) and to_at is null
  `.execute(tx);
  return rows;
}

/** An interval to close: the finding is gone, or its content changed. */
export interface ClosedFinding {
  readonly findingId: number;
  readonly cause: string;
}

export async function closeFindings(
  tx: EngineTx,
  at: { readonly now: Date; readonly tenant: string; readonly runId: string },
  closed: readonly ClosedFinding[],
): Promise<void> {
  if (closed.length === 0) return;
  await sql`
    update scheduler.findings f set to_at = ${at.now}, to_run = ${at.runId}, to_cause = c.cause
      from unnest(${closed.map((c) => c.findingId)}::bigint[], ${closed.map((c) => c.cause)}::text[]) as c (finding_id, cause)
     where f.tenant_id = ${at.tenant} and f.finding_id = c.finding_id and f.to_at is null
  `.execute(tx);
}

/** An interval to open. */
export interface NewFinding {
  readonly imageId: number;
  readonly packageKey: string;
  readonly purl: string;
  readonly vulnerability: string;
  readonly advisories: readonly string[];
  readonly advisorySeq: number;
  readonly severity: string;
  readonly severityRank: number;
  readonly score: number | null;
  readonly cvss: string | null;
  readonly fixedVersion: string | null;
  readonly contentDigest: string;
  readonly cause: string;
}

export async function openFindings(
  tx: EngineTx,
  at: { readonly now: Date; readonly tenant: string; readonly runId: string },
  opened: readonly NewFinding[],
): Promise<void> {
  if (opened.length === 0) return;
  const column = <K extends keyof NewFinding>(name: K) => opened.map((finding) => finding[name]);
  await sql`
    insert into scheduler.findings (tenant_id, image_id, package_key, purl, vulnerability, advisories, advisory_seq,
      severity, severity_rank, score, cvss, fixed_version, content_digest, from_at, from_run, from_cause)
    select ${at.tenant}, f.image_id, f.package_key, f.purl, f.vulnerability,
           array(select jsonb_array_elements_text(f.advisories::jsonb)), f.advisory_seq, f.severity,
           f.severity_rank, f.score, f.cvss, f.fixed_version, f.content_digest, ${at.now}, ${at.runId}, f.cause
      from unnest(${column("imageId")}::bigint[], ${column("packageKey")}::text[], ${column("purl")}::text[],
                  ${column("vulnerability")}::text[], ${opened.map((f) => JSON.stringify(f.advisories))}::text[],
                  ${column("advisorySeq")}::bigint[], ${column("severity")}::text[],
                  ${column("severityRank")}::smallint[], ${column("score")}::real[], ${column("cvss")}::text[],
                  ${column("fixedVersion")}::text[], ${column("contentDigest")}::text[], ${column("cause")}::text[])
        as f (image_id, package_key, purl, vulnerability, advisories, advisory_seq, severity, severity_rank, score,
              cvss, fixed_version, content_digest, cause)
  `.execute(tx);
}

/** Which of these (SBOM, purl) pairs exist: was the component in the older SBOM already? */
export async function filterComponentsOf(
  tx: EngineTx,
  tenant: string,
  pairs: readonly { readonly sbomId: number; readonly purl: string }[],
): Promise<Set<string>> {
  if (pairs.length === 0) return new Set();
  const { rows } = await sql<{ sbom_id: number; purl: string }>`
    select p.sbom_id, p.purl
      from unnest(${pairs.map((p) => p.sbomId)}::bigint[], ${pairs.map((p) => p.purl)}::text[]) as p (sbom_id, purl)
      join scheduler.components c on c.tenant_id = ${tenant} and c.purl = p.purl
      join scheduler.sbom_components s
        on s.tenant_id = ${tenant} and s.component_id = c.component_id and s.sbom_id = p.sbom_id
  `.execute(tx);
  return new Set(rows.map((row) => `${row.sbom_id} ${row.purl}`));
}

/** The newest feed sequence of each of these advisories that the tenant sees, by id. */
export async function newestSeqOf(
  tx: EngineTx,
  tenant: string,
  advisoryIds: readonly string[],
): Promise<Map<string, number>> {
  if (advisoryIds.length === 0) return new Map();
  const { rows } = await sql<{ advisory_id: string; seq: number }>`
    select advisory_id, max(seq) as seq from scheduler.advisories
     where tenant_id in (${tenant}, '*') and advisory_id = any(${advisoryIds}::text[])
     group by advisory_id
  `.execute(tx);
  return new Map(rows.map((row) => [row.advisory_id, row.seq]));
}
