import { z } from "zod";
import { DomainError, notFound } from "../../model/errors.ts";
import { imageDigest } from "../../model/images/image.ts";
import type { BlobFacts } from "../../platform/blobs/blob-store.ts";
import { findImage } from "../../store/images/image-rows.ts";
import { isBlobReferenced } from "../../store/sboms/blob-references.ts";
import { lockImage, moveToSbom } from "../../store/sboms/current-sbom.ts";
import { findSbom } from "../../store/sboms/sbom-rows.ts";
import { type TenantTx, withTenant } from "../../store/tenant.ts";
import { recordAudit } from "../audit/record.ts";
import type { Ctx } from "../context.ts";
import { sbomDocument, toSbomDocument } from "./documents.ts";
import { keepStatistics } from "./keep-statistics.ts";
import type { ParsedSbom } from "./parse-sbom-bytes.ts";
import { readSbom } from "./read-sbom.ts";
import { storeSbom } from "./store-sbom.ts";

/** The largest SBOM that is taken in, in bytes. */
export const maxSbomBytes = 64 * 1024 * 1024;

export const uploadedSbom = z.object({
  imageDigest,
  status: z.enum(["created", "replaced", "unchanged"]),
  sbomSequence: z.int().meta({ description: "Raised whenever the image gets another SBOM." }),
  sbom: sbomDocument,
});

export type UploadedSbom = z.infer<typeof uploadedSbom>;

/**
 * Makes the uploaded document the current SBOM of an image. The bytes go into the blob store as they come;
 * a document that the tenant has already is not read again, one that is refused is removed again. The same
 * document again is `unchanged`.
 * @throws DomainError `not_found` for an unknown image; `invalid` with the places of what is wrong.
 */
export async function uploadSbom(
  ctx: Ctx,
  input: { readonly imageDigest: string; readonly source: AsyncIterable<Uint8Array> },
): Promise<UploadedSbom> {
  const tenant = ctx.caller.identity.tenant;
  const isKnown = await withTenant(ctx.app, tenant, (tx) => findImage(tx, tenant, input.imageDigest));
  if (isKnown === undefined) throw notFound("image", input.imageDigest);
  const blob = await ctx.blobs.put(tenant, input.source, { maxBytes: maxSbomBytes });
  const known = await withTenant(ctx.app, tenant, (tx) => findSbom(tx, tenant, blob.digest));
  const parsed = known === undefined ? await readBlob(ctx, blob) : undefined;
  const answer = await withTenant(ctx.app, tenant, (tx, now) =>
    makeCurrent(ctx, tx, now, { imageDigest: input.imageDigest, blob, parsed }),
  );
  if (parsed !== undefined) {
    await keepStatistics(ctx, ["images", "sboms", "components", "component_keys", "sbom_components"]);
  }
  return answer;
}

/** Reads the stored document; one that is refused leaves no blob behind, unless something else needs it. */
async function readBlob(ctx: Ctx, blob: BlobFacts): Promise<ParsedSbom> {
  const tenant = ctx.caller.identity.tenant;
  const bytes = new Uint8Array(blob.bytes);
  let at = 0;
  for await (const chunk of await ctx.blobs.get(tenant, blob.digest)) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  try {
    return await readSbom(bytes);
  } catch (error) {
    if (error instanceof DomainError) await removeUnreferenced(ctx, blob.digest);
    throw error;
  }
}

async function removeUnreferenced(ctx: Ctx, digest: string): Promise<void> {
  const tenant = ctx.caller.identity.tenant;
  const isReferenced = await withTenant(ctx.app, tenant, (tx) => isBlobReferenced(tx, tenant, digest));
  if (!isReferenced) await ctx.blobs.delete(tenant, digest);
}

async function makeCurrent(
  ctx: Ctx,
  tx: TenantTx,
  now: Date,
  input: {
    readonly imageDigest: string;
    readonly blob: BlobFacts;
    readonly parsed: ParsedSbom | undefined;
  },
): Promise<UploadedSbom> {
  const tenant = ctx.caller.identity.tenant;
  const sbom =
    input.parsed === undefined
      ? await findSbom(tx, tenant, input.blob.digest)
      : await storeSbom(tx, tenant, now, input.blob, input.parsed);
  const image = await lockImage(tx, tenant, input.imageDigest);
  if (image === undefined || sbom === undefined) throw notFound("image", input.imageDigest);
  const answer = { imageDigest: input.imageDigest, sbom: toSbomDocument(sbom) };
  if (image.sbomId === sbom.sbomId) return { ...answer, status: "unchanged", sbomSequence: image.sbomSeq };
  const sbomSequence = await moveToSbom(tx, tenant, now, image.imageId, sbom.sbomId);
  const status = image.sbomId === null ? "created" : "replaced";
  await recordAudit(ctx, tx, now, {
    action: "sbom.upload",
    targetKind: "image",
    targetId: input.imageDigest,
    details: { status, sbomSequence, ...answer.sbom },
  });
  return { ...answer, status, sbomSequence };
}
