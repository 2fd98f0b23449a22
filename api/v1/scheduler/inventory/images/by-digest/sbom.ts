import { z } from "@hono/zod-openapi";
import type { Engine } from "../../../../../../engine/context.ts";
import { getSbom } from "../../../../../../engine/inventory/get-sbom.ts";
import { maxSbomBytes, uploadedSbom, uploadSbom } from "../../../../../../engine/inventory/upload-sbom.ts";
import { imageDigest } from "../../../../../../model/images/image.ts";
import { emptyAnswer, etagHeader, jsonAnswer, rawAnswer } from "../../../../../../platform/http/answers.ts";
import { requestStream } from "../../../../../../platform/http/body-gate.ts";
import type { HttpApp } from "../../../../../../platform/http/env.ts";
import { etagOf, notModified } from "../../../../../../platform/http/etag.ts";
import { defineRoute } from "../../../../../../platform/http/route.ts";
import { streamBody } from "../../../../../../platform/http/stream-body.ts";
import { ctxOf } from "../../../../../ctx.ts";
import { cycloneDxExample, uploadedSbomExample } from "../../../../../examples/image.ts";

const path = "/api/v1/scheduler/inventory/images/{digest}/sbom";
const params = z.object({ digest: imageDigest });
const mediaTypes = ["application/vnd.cyclonedx+json", "application/spdx+json", "application/json"] as const;

const upload = defineRoute({
  method: "put",
  path,
  scope: "scheduler.inventory.write",
  tag: "inventory",
  summary: "Upload the SBOM of an image",
  description:
    "Makes a document the current SBOM of a known image: CycloneDX 1.2 to 1.7 or SPDX 2.2 to 2.3 as JSON, 64 MB " +
    "and 200,000 components at most. The answer tells how many components matching can look at, and why it " +
    "cannot look at the others. A document that cannot be read is refused with the places of what is wrong " +
    "and changes nothing. The same document again is `unchanged`.",
  request: {
    params,
    body: streamBody(mediaTypes, maxSbomBytes, "The SBOM.", { [mediaTypes[0]]: cycloneDxExample }),
  },
  responses: {
    200: jsonAnswer(uploadedSbom, "The SBOM was replaced, or was the current one already.", {
      example: { ...uploadedSbomExample, status: "replaced", sbomSequence: 2 },
    }),
    201: jsonAnswer(uploadedSbom, "The first SBOM of the image.", { example: uploadedSbomExample }),
  },
});

const download = defineRoute({
  method: "get",
  path,
  scope: "scheduler.inventory.read",
  tag: "inventory",
  summary: "Download the SBOM of an image",
  description: "The current SBOM, byte for byte as it was uploaded. The ETag is its digest.",
  request: { params },
  responses: {
    200: rawAnswer(["application/vnd.cyclonedx+json", "application/spdx+json"], "The document.", {
      headers: etagHeader,
      example: JSON.stringify(cycloneDxExample),
    }),
    304: emptyAnswer("The digest in If-None-Match is the current one."),
  },
});

/** Mounts upload and download of the SBOM of an image. */
export function mountImageSbom(app: HttpApp, engine: Engine): void {
  app.openapi(upload, async (c) => {
    const answer = await uploadSbom(ctxOf(engine, c), {
      imageDigest: c.req.valid("param").digest,
      source: requestStream(c),
    });
    return c.json(answer, answer.status === "created" ? 201 : 200);
  });
  app.openapi(download, async (c) => {
    const sbom = await getSbom(ctxOf(engine, c), c.req.valid("param").digest);
    const unchanged = notModified(c, etagOf(sbom.digest));
    if (unchanged !== undefined) return unchanged;
    const headers = { "content-type": sbom.mediaType, "content-length": String(sbom.bytes) };
    return c.body(ReadableStream.from(await sbom.open()), 200, headers);
  });
}
