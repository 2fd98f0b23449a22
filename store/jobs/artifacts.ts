import type { Selectable } from "kysely";
import type { ArtifactsTable } from "../tables.ts";
import type { TenantTx } from "../tenant.ts";

export type ArtifactRow = Selectable<ArtifactsTable>;

/** Which artifacts: of one job, of one of its attempts where that is given. */
export interface ArtifactFilter {
  readonly tenant: string;
  readonly jobId: string;
  readonly attempt?: number | undefined;
}

/** Where a list of artifacts goes on: behind this one. */
export interface ArtifactPlace {
  readonly attempt: number;
  readonly name: string;
}

/** Artifacts by attempt and name, after one. */
export async function listArtifacts(
  tx: TenantTx,
  { tenant, jobId, attempt }: ArtifactFilter,
  after: ArtifactPlace | undefined,
  limit: number,
): Promise<ArtifactRow[]> {
  let query = tx
    .selectFrom("scheduler.artifacts")
    .selectAll()
    .where("tenant_id", "=", tenant)
    .where("job_id", "=", jobId);
  if (attempt !== undefined) query = query.where("attempt", "=", attempt);
  if (after !== undefined) {
    query = query.where((where) =>
      where(where.refTuple("attempt", "name"), ">", where.tuple(after.attempt, after.name)),
    );
  }
  return query.orderBy("attempt").orderBy("name").limit(limit).execute();
}

/** The artifact of a name; the one of the latest attempt that has it, where no attempt is given. */
export async function findArtifact(
  tx: TenantTx,
  { tenant, jobId, attempt, name }: ArtifactFilter & { readonly name: string },
): Promise<ArtifactRow | undefined> {
  let query = tx
    .selectFrom("scheduler.artifacts")
    .selectAll()
    .where("tenant_id", "=", tenant)
    .where("job_id", "=", jobId)
    .where("name", "=", name);
  if (attempt !== undefined) query = query.where("attempt", "=", attempt);
  return query.orderBy("attempt", "desc").limit(1).executeTakeFirst();
}
