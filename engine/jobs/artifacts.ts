import { notFound } from "../../model/errors.ts";
import {
  type ArtifactPlace,
  type ArtifactRow,
  findArtifact,
  listArtifacts as listRows,
} from "../../store/jobs/artifacts.ts";
import { readJobWithRun } from "../../store/jobs/read.ts";
import { withTenant } from "../../store/tenant.ts";
import type { Ctx } from "../context.ts";

/** What the attempts of a job have stored, by attempt and name. @throws DomainError `not_found` */
export async function listArtifacts(
  ctx: Ctx,
  input: {
    readonly jobId: string;
    readonly attempt: number | undefined;
    readonly after: ArtifactPlace | undefined;
    readonly limit: number;
  },
): Promise<ArtifactRow[]> {
  const tenant = ctx.caller.identity.tenant;
  return withTenant(ctx.app, tenant, async (tx) => {
    await readJobWithRun(tx, tenant, input.jobId);
    return listRows(tx, { tenant, ...input }, input.after, input.limit);
  });
}

/** An artifact that can be opened. */
export interface StoredArtifact {
  readonly artifact: ArtifactRow;
  /** Its bytes, checked against the digest while they are read. */
  readonly open: () => Promise<AsyncIterable<Uint8Array>>;
}

/** One artifact, of the latest attempt that has it unless one is given. @throws DomainError `not_found` */
export async function getArtifact(
  ctx: Ctx,
  input: { readonly jobId: string; readonly name: string; readonly attempt: number | undefined },
): Promise<StoredArtifact> {
  const tenant = ctx.caller.identity.tenant;
  const artifact = await withTenant(ctx.app, tenant, (tx) => findArtifact(tx, { tenant, ...input }));
  if (artifact === undefined) throw notFound("artifact", input.name);
  return { artifact, open: () => ctx.blobs.get(tenant, artifact.digest) };
}
