import { DomainError, invalidField } from "../../model/errors.ts";
import { insertArtifact } from "../../store/work/artifacts.ts";
import type { Engine } from "../context.ts";
import { artifactUri } from "../jobs/artifact-document.ts";
import { inOpenJob, type JobRequest } from "./open-job.ts";

/** What an artifact may be called to be; none that a browser would run. */
export const artifactMediaTypes = [
  "application/octet-stream",
  "application/json",
  "application/x-ndjson",
  "text/plain",
] as const;

/** The largest artifact, in bytes. */
export const artifactMaxBytes = 64 * 1024 * 1024;

export interface PutArtifact extends JobRequest {
  readonly name: string;
  readonly mime: string;
  /** What the worker says the bytes hash to, `sha256:` and hex, if it does. */
  readonly digest: string | undefined;
  readonly bytes: AsyncIterable<Uint8Array>;
}

/**
 * Stores an artifact of an open attempt. The same name with the same bytes again is the same artifact; with
 * other bytes it is a conflict. Bytes that do not have the announced digest are refused and removed.
 */
export async function putArtifact(
  engine: Engine,
  request: PutArtifact,
): Promise<{ digest: string; bytes: number; name: string; uri: string }> {
  // Asked first, so that nobody uploads for a job that is not open; and again with the row.
  const tenant = await inOpenJob(engine, request, async (_, job) => job.tenant_id);
  const blob = await engine.blobs.put(tenant, request.bytes, { maxBytes: artifactMaxBytes });
  if (request.digest !== undefined && request.digest !== blob.digest) {
    throw invalidField("Content-Digest", `is ${request.digest}, the body has ${blob.digest}`);
  }
  await inOpenJob(engine, request, async (tx, job, now) => {
    const { name, mime } = request;
    const isSame = await insertArtifact(tx, {
      tenant_id: job.tenant_id,
      job_id: job.job_id,
      attempt: job.attempt,
      name,
      digest: blob.digest,
      bytes: blob.bytes,
      mime,
      created_at: now,
    });
    if (!isSame) throw new DomainError("conflict", `This attempt has another artifact named ${name}.`);
  });
  const uri = artifactUri({ job_id: request.jobId, attempt: request.attempt, name: request.name });
  return { ...blob, name: request.name, uri };
}
