import { DomainError, notFound } from "../../model/errors.ts";
import { deleteImage as deleteRow } from "../../store/images/delete.ts";
import {
  findImage,
  type ImageFilter,
  type ImageRow,
  listImages as listRows,
} from "../../store/images/image-rows.ts";
import { withTenant } from "../../store/tenant.ts";
import { recordAudit } from "../audit/record.ts";
import type { Ctx } from "../context.ts";
import { type ImageDocument, toImageDocument } from "./documents.ts";

/** One image. @throws DomainError `not_found` */
export async function getImage(ctx: Ctx, digest: string): Promise<ImageDocument> {
  const tenant = ctx.caller.identity.tenant;
  const row = await withTenant(ctx.app, tenant, (tx) => findImage(tx, tenant, digest));
  if (row === undefined) throw notFound("image", digest);
  return toImageDocument(row);
}

/** Images that meet a filter, in the order in which they were added; rows, for the page to be cut. */
export async function listImages(
  ctx: Ctx,
  input: { readonly filter: ImageFilter; readonly after: number; readonly limit: number },
): Promise<ImageRow[]> {
  const tenant = ctx.caller.identity.tenant;
  return withTenant(ctx.app, tenant, (tx) => listRows(tx, tenant, input.filter, input.after, input.limit));
}

/**
 * Deletes an image; its open findings end. `revision` is what the caller has read, `undefined` for any.
 * Its SBOM stays for the runs that it was pinned by.
 * @throws DomainError `not_found`, `precondition_failed`
 */
export async function deleteImage(
  ctx: Ctx,
  input: { readonly digest: string; readonly revision: number | undefined },
): Promise<void> {
  const tenant = ctx.caller.identity.tenant;
  await withTenant(ctx.app, tenant, async (tx, now) => {
    const verdict = await deleteRow(tx, tenant, now, input.digest, input.revision);
    if (verdict === "not_found") throw notFound("image", input.digest);
    if (verdict === "stale") {
      throw new DomainError("precondition_failed", "The image has changed since it was read. Read it again.");
    }
    await recordAudit(ctx, tx, now, {
      action: "image.delete",
      targetKind: "image",
      targetId: input.digest,
    });
  });
}
