import { createHash } from "node:crypto";
import type { ApiClient } from "./api-client.ts";
import type { LeaseRef } from "./protocol.ts";

/** Bytes that the engine keeps for a job. */
export interface Artifact {
  readonly name: string;
  /** `sha256:<64 hex>` */
  readonly digest: string;
  readonly bytes: number;
}

/** Stores an artifact of a job that this worker holds; the engine checks the digest and the lease's attempt. */
export async function putArtifact(
  api: ApiClient,
  lease: LeaseRef,
  name: string,
  bytes: Uint8Array,
  contentType = "application/octet-stream",
): Promise<Artifact> {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(name))
    throw new TypeError(`Not an artifact name: ${JSON.stringify(name)}`);
  const hash = createHash("sha256").update(bytes).digest();
  const path = `/api/v1/worker/jobs/${encodeURIComponent(lease.job)}/artifacts/${encodeURIComponent(name)}`;
  const response = await api.request("PUT", `${path}?attempt=${lease.attempt}&lease=${lease.lease}`, {
    bytes,
    headers: { "content-type": contentType, "content-digest": `sha-256=:${hash.toString("base64")}:` },
  });
  await response.body?.cancel();
  return { name, digest: `sha256:${hash.toString("hex")}`, bytes: bytes.byteLength };
}
