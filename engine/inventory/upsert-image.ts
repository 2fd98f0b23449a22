import type { ImageUpsert } from "../../model/images/image.ts";
import { findImage } from "../../store/images/image-rows.ts";
import { upsertImages } from "../../store/images/upsert.ts";
import { withTenant } from "../../store/tenant.ts";
import { recordAudit } from "../audit/record.ts";
import type { Ctx } from "../context.ts";
import { type IdempotencyKey, type KeptAnswer, once } from "../once.ts";
import { type ImageDocument, toImageDocument } from "./documents.ts";

/** Upserts one image and answers it: 201 when it is new, 200 otherwise. */
export async function upsertImage(
  ctx: Ctx,
  input: { readonly image: ImageUpsert; readonly key: IdempotencyKey | undefined },
): Promise<KeptAnswer<ImageDocument>> {
  const tenant = ctx.caller.identity.tenant;
  const { digest } = input.image;
  return withTenant(ctx.app, tenant, (tx, now) =>
    once(ctx, tx, now, input.key, async () => {
      const [status] = await upsertImages(tx, tenant, now, [input.image]);
      const row = await findImage(tx, tenant, digest);
      if (row === undefined) throw new Error("The image that was upserted is not there.");
      const document = toImageDocument(row);
      if (status !== "unchanged") {
        const { repository, namespace, tags, labels, revision } = document;
        await recordAudit(ctx, tx, now, {
          action: "image.upsert",
          targetKind: "image",
          targetId: digest,
          details: { status, repository, namespace, tags, labels, revision },
        });
      }
      return { status: status === "created" ? 201 : 200, body: document };
    }),
  );
}
