import { notFound } from "../../model/errors.ts";
import { findImage } from "../../store/images/image-rows.ts";
import { withTenant } from "../../store/tenant.ts";
import type { Ctx } from "../context.ts";

/** The stored document of an image's current SBOM. */
export interface StoredSbom {
  readonly digest: string;
  readonly bytes: number;
  readonly mediaType: string;
  /** Opens the document, byte for byte as it was uploaded. */
  readonly open: () => Promise<AsyncIterable<Uint8Array>>;
}

/** The current SBOM of an image. @throws DomainError `not_found` without image or SBOM. */
export async function getSbom(ctx: Ctx, digest: string): Promise<StoredSbom> {
  const tenant = ctx.caller.identity.tenant;
  const image = await withTenant(ctx.app, tenant, (tx) => findImage(tx, tenant, digest));
  if (image === undefined) throw notFound("image", digest);
  const { sbom } = image;
  if (sbom === null) throw notFound("SBOM of image", digest);
  return {
    digest: sbom.digest,
    bytes: sbom.bytes,
    mediaType: sbom.format === "spdx" ? "application/spdx+json" : "application/vnd.cyclonedx+json",
    open: () => ctx.blobs.get(tenant, sbom.digest),
  };
}
