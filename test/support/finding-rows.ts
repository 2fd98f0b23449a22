import type pg from "pg";
import { severityLevels } from "../../model/advisories/severity.ts";

/** Writes rows as ingest leaves them, for tests; as the owner, past row-level security. */
export interface RowWriter {
  image(row: ImageSeed): Promise<number>;
  finding(row: FindingSeed): Promise<number>;
  component(purl: string, packageKeys: readonly string[]): Promise<void>;
  advisory(id: string, aliases: readonly string[], tenant?: string): Promise<void>;
}

interface ImageSeed {
  /** One hexadecimal digit pair, repeated. */
  readonly digest: string;
  readonly repository?: string;
  readonly namespace?: string;
  /** Without a result when absent. */
  readonly result?: { readonly components: number; readonly matchable: number; readonly notCovered: number };
}

interface FindingSeed {
  readonly imageId: number;
  readonly purl: string;
  readonly packageKey: string;
  readonly vulnerability: string;
  readonly advisories?: readonly string[];
  readonly severity?: (typeof severityLevels)[number];
  readonly score?: number;
  readonly from?: string;
  readonly fromRun?: string;
  readonly fromCause?: string;
  readonly to?: string;
  readonly toCause?: string;
}

/** The digest of an image that was written as `digest: "4f"`. */
export function digestOf(pair: string): string {
  return `sha256:${pair.repeat(32)}`;
}

const dayOne = "2026-05-01T00:00:00.000Z";

export function rowWriter(owner: pg.Client, tenant: string): RowWriter {
  const first = async (text: string, values: unknown[]) =>
    Number(Object.values((await owner.query<Record<string, string>>(text, values)).rows[0] ?? {})[0]);
  return {
    async image({ digest, repository = "r.example/app", namespace = "prod", result }) {
      const id = await first(
        `insert into scheduler.images (tenant_id, digest, namespace, repository, sbom_seq, created_at, updated_at, last_seen_at)
         values ($1, $2, $3, $4, 1, $5, $5, $5) returning image_id`,
        [tenant, digestOf(digest), namespace, repository, dayOne],
      );
      if (result !== undefined) {
        await owner.query(
          `insert into scheduler.image_results (tenant_id, image_id, run_id, sbom_id, sbom_seq, feed_seq, matcher_version,
             components, matchable, not_covered, findings, critical, high, finished_at)
           values ($1, $2, 'run_1', 1, 1, 7, 1, $3, $4, $5, 0, 0, 0, $6)`,
          [tenant, id, result.components, result.matchable, result.notCovered, dayOne],
        );
      }
      return id;
    },
    finding: (row) =>
      first(
        `insert into scheduler.findings (tenant_id, image_id, package_key, purl, vulnerability, advisories, advisory_seq,
           severity, severity_rank, score, content_digest, from_at, from_run, from_cause, to_at, to_run, to_cause)
         values ($1, $2, $3, $4, $5, $6, 1, $7, $8, $9, 'd', $10, $11, $12, $13, $14, $15) returning finding_id`,
        [
          tenant,
          row.imageId,
          row.packageKey,
          row.purl,
          row.vulnerability,
          row.advisories ?? [row.vulnerability],
          row.severity ?? "unknown",
          severityLevels.indexOf(row.severity ?? "unknown"),
          row.score ?? null,
          row.from ?? dayOne,
          row.fromRun ?? "run_1",
          row.fromCause ?? "sbom",
          row.to ?? null,
          row.to === undefined || row.toCause === "image_deleted" ? null : "run_2",
          row.to === undefined ? null : (row.toCause ?? "advisory"),
        ],
      ),
    async component(purl, packageKeys) {
      const id = await first(
        "insert into scheduler.components (tenant_id, purl) values ($1, $2) returning component_id",
        [tenant, purl],
      );
      await owner.query(
        "insert into scheduler.component_keys (tenant_id, package_key, component_id) select $1, unnest($2::text[]), $3",
        [tenant, packageKeys, id],
      );
    },
    async advisory(id, aliases, feed = "*") {
      await owner.query(
        `insert into scheduler.advisories (tenant_id, advisory_id, seq, digest, modified_at, severity, facts, recorded_at)
         values ($1, $2, (select count(*) + 1 from scheduler.advisories), 'd', now(), 'unknown', $3, now())`,
        [feed, id, JSON.stringify({ id, aliases })],
      );
      await owner.query(
        "insert into scheduler.advisory_aliases (tenant_id, alias, advisory_id) select $1, unnest($2::text[]), $3",
        [feed, aliases, id],
      );
    },
  };
}
