import { z } from "@hono/zod-openapi";
import type { Engine } from "../../../../../engine/context.ts";
import { imageDocument } from "../../../../../engine/inventory/documents.ts";
import { deleteImage, getImage } from "../../../../../engine/inventory/images.ts";
import { imageDigest } from "../../../../../model/images/image.ts";
import { emptyAnswer, etagHeader, jsonAnswer } from "../../../../../platform/http/answers.ts";
import type { HttpApp } from "../../../../../platform/http/env.ts";
import { etagOf, notModified, readIfMatch } from "../../../../../platform/http/etag.ts";
import { defineRoute } from "../../../../../platform/http/route.ts";
import { ctxOf } from "../../../../ctx.ts";
import { imageExample } from "../../../../examples/image.ts";

const path = "/api/v1/scheduler/inventory/images/{digest}";
const params = z.object({ digest: imageDigest });

const read = defineRoute({
  method: "get",
  path,
  scope: "scheduler.inventory.read",
  tag: "inventory",
  summary: "Read an image",
  description: "One image with what is known of its current SBOM.",
  request: { params },
  responses: {
    200: jsonAnswer(imageDocument, "The image.", { headers: etagHeader, example: imageExample }),
    304: emptyAnswer("The revision in If-None-Match is the current one."),
  },
});

const remove = defineRoute({
  method: "delete",
  path,
  scope: "scheduler.inventory.write",
  tag: "inventory",
  summary: "Delete an image",
  description:
    "Deletes an image with its tags and labels; its open findings end now. Runs keep what they pinned. " +
    "Needs If-Match with the revision that was read, or `*`.",
  request: { params },
  responses: { 204: emptyAnswer("It is gone.") },
  errors: ["precondition_required", "precondition_failed"],
});

/** Mounts get and delete of one image. */
export function mountImage(app: HttpApp, engine: Engine): void {
  app.openapi(read, async (c) => {
    const image = await getImage(ctxOf(engine, c), c.req.valid("param").digest);
    return (notModified(c, etagOf(image.revision)) as never) ?? c.json(image, 200);
  });
  app.openapi(remove, async (c) => {
    const { digest } = c.req.valid("param");
    await deleteImage(ctxOf(engine, c), { digest, revision: readIfMatch(c) });
    return c.body(null, 204);
  });
}
