import { invalidField } from "../../model/errors.ts";
import { tenantId } from "../../model/identity/tenant.ts";

const digestForm = /^sha256:([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{60})$/;
const nameForm = /^sha256\/([0-9a-f]{2})\/([0-9a-f]{2})\/([0-9a-f]{64})$/;

/** The tenant as a first path segment; checked again here, since a path is made of it. */
export function tenantSegment(tenant: string): string {
  if (!tenantId.safeParse(tenant).success) throw invalidField("tenant", "is not a tenant's id");
  return tenant;
}

/** Where a digest is kept below its tenant: `sha256/ab/cd/abcd…`. Two levels keep folders small. */
export function blobName(digest: string): string {
  const [, first, second] = digestForm.exec(digest) ?? [];
  if (first === undefined || second === undefined) {
    throw invalidField("digest", "must be sha256: and 64 lower-case hex digits");
  }
  return `sha256/${first}/${second}/${digest.slice("sha256:".length)}`;
}

/** The digest of a name that `blobName` made; undefined for any other. */
export function digestOfName(name: string): string | undefined {
  const [, first, second, hex] = nameForm.exec(name) ?? [];
  return hex !== undefined && hex.startsWith(`${first}${second}`) ? `sha256:${hex}` : undefined;
}
