import type { ApiClient } from "./api-client.ts";
import type { LeaseRef } from "./protocol.ts";
import { type ArtifactSource, spool } from "./spool.ts";

/** Bytes that the engine keeps for a job. */
export interface Artifact {
  readonly name: string;
  /** Where they are: a path below the API's address, for whoever may read the tenant's runs. */
  readonly uri: string;
  /** `sha256:<64 hex>` */
  readonly digest: string;
  readonly bytes: number;
}

/** Bounds one try of an upload; the job's own signal usually ends it before. */
const uploadTimeoutMs = 1_800_000;

/**
 * Stores an artifact of a job that this worker holds; the engine checks the digest and the lease's attempt. The
 * same bytes again are the same artifact.
 */
export async function publishArtifact(
  api: ApiClient,
  lease: LeaseRef,
  signal: AbortSignal,
  name: string,
  source: ArtifactSource,
  mime = "application/octet-stream",
): Promise<Artifact> {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(name))
    throw new TypeError(`Not an artifact name: ${JSON.stringify(name)}`);
  await using content = await spool(source, signal);
  const path = `/api/v1/worker/jobs/${encodeURIComponent(lease.job)}/artifacts/${encodeURIComponent(name)}`;
  const response = await api.request("PUT", `${path}?attempt=${lease.attempt}&lease=${lease.lease}`, {
    bytes: () => content.open(),
    timeoutMs: uploadTimeoutMs,
    headers: {
      "content-type": mime,
      "content-digest": `sha-256=:${content.sha256.toString("base64")}:`,
    },
  });
  const { uri } = (await response.json()) as { uri: string };
  return { name, uri, digest: `sha256:${content.sha256.toString("hex")}`, bytes: content.bytes };
}
