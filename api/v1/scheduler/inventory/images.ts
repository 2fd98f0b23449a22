import { z } from "@hono/zod-openapi";
import type { Engine } from "../../../../engine/context.ts";
import { imageDocument, toImageDocument } from "../../../../engine/inventory/documents.ts";
import { listImages } from "../../../../engine/inventory/images.ts";
import { spoolUpload } from "../../../../engine/inventory/spooled-upload.ts";
import { upsertImage } from "../../../../engine/inventory/upsert-image.ts";
import { upsertImages } from "../../../../engine/inventory/upsert-images.ts";
import { imageDigest, imageUpsert, namespace, repository, tag } from "../../../../model/images/image.ts";
import { pageOf } from "../../../../model/paging/page.ts";
import { etagHeader, jsonAnswer } from "../../../../platform/http/answers.ts";
import { requestStream } from "../../../../platform/http/body-gate.ts";
import type { HttpApp, HttpContext } from "../../../../platform/http/env.ts";
import { etagOf } from "../../../../platform/http/etag.ts";
import { answerAgain, readIdempotency } from "../../../../platform/http/idempotency.ts";
import { ndjsonAnswer } from "../../../../platform/http/ndjson-answer.ts";
import { openPage, pageQuery } from "../../../../platform/http/page.ts";
import { queryFlag } from "../../../../platform/http/query.ts";
import { defineRoute } from "../../../../platform/http/route.ts";
import { ctxOf } from "../../../ctx.ts";
import { imageExample } from "../../../examples/image.ts";
import { labelQuery, labelsOf } from "../../../label-query.ts";
import { documentOrLines, isLines, orLines, readAs, readDocument } from "./document-or-lines.ts";

/** Some 2,000,000 images. */
const maxLinesBytes = 1_000_000_000;
const maxDocumentBytes = 128_000;

const path = "/api/v1/scheduler/inventory/images";
const tagName = "inventory";

const example = {
  digest: `sha256:${"4f".repeat(32)}`,
  repository: "registry.example.com/team/app",
  namespace: "production",
  tags: ["1.4.2"],
  labels: { team: "payments" },
};

const upsert = {
  path,
  scope: "scheduler.inventory.write",
  tag: tagName,
  summary: "Add or update images",
  description:
    "Upserts one image (JSON), or one a line (NDJSON). Tags and labels replace those known before; " +
    "`lastSeenAt` moves forward only. For lines the answer is NDJSON too: " +
    '`{"line":1,"status":"created|updated|unchanged|error","digest":…,"error":…}` for each, in order, then ' +
    '`{"summary":{…}}` with the counts. A bad line costs only itself. The same body again changes nothing, so ' +
    "`Idempotency-Key` matters for single images only.",
  request: {
    body: documentOrLines(imageUpsert, {
      maxBytes: maxLinesBytes,
      description: "One image as JSON, or images as NDJSON, one a line.",
      example,
    }),
  },
  responses: {
    200: orLines(
      jsonAnswer(imageDocument, "The image as it is now; for lines NDJSON with a result for each.", {
        headers: etagHeader,
        example: imageExample,
      }),
      [
        { line: 1, status: "created", digest: example.digest },
        { line: 2, status: "error", error: "is not valid JSON" },
        { summary: { created: 1, updated: 0, unchanged: 0, errors: 1 } },
      ],
    ),
    201: jsonAnswer(imageDocument, "The image, which is new.", {
      headers: etagHeader,
      example: imageExample,
    }),
  },
} as const;

const post = defineRoute({ method: "post", ...upsert, idempotent: true });
const put = defineRoute({ method: "put", ...upsert });

const list = defineRoute({
  method: "get",
  path,
  scope: "scheduler.inventory.read",
  tag: tagName,
  summary: "List images",
  description: "Images in the order in which they were added. Every filter that is given must hold.",
  request: {
    query: z.object({
      ...pageQuery,
      namespace: namespace.optional(),
      repository: repository.optional(),
      digest: imageDigest.optional(),
      tag: tag.optional(),
      label: labelQuery,
      hasSbom: queryFlag().optional(),
    }),
  },
  responses: {
    200: jsonAnswer(pageOf(imageDocument), "A page of images.", { example: { items: [imageExample] } }),
  },
});

/** Mounts upsert and list of images. */
export function mountImages(app: HttpApp, engine: Engine): void {
  app.openapi(post, (c) => answerUpsert(engine, c));
  app.openapi(put, (c) => answerUpsert(engine, c));
  app.openapi(list, async (c) => {
    const query = c.req.valid("query");
    const { namespace: ns, repository: repo, digest, tag: wanted, label, hasSbom } = query;
    const page = openPage(c, query, z.int());
    const rows = await listImages(ctxOf(engine, c), {
      filter: { namespace: ns, repository: repo, digest, tag: wanted, hasSbom, labels: labelsOf(label) },
      after: page.after ?? 0,
      limit: page.limit,
    });
    return c.json(
      page.answer(rows, toImageDocument, ({ imageId }) => imageId),
      200,
    );
  });
}

/** Typed as the one kind of answer that the API description shows; lines and replays are written by hand. */
async function answerUpsert(engine: Engine, c: HttpContext): Promise<never> {
  const ctx = ctxOf(engine, c);
  if (isLines(c)) {
    const upload = await spoolUpload(requestStream(c), maxLinesBytes);
    return ndjsonAnswer(c, upsertImages(ctx, upload)) as never;
  }
  const image = readAs(imageUpsert, await readDocument(c, maxDocumentBytes));
  const answer = await upsertImage(ctx, { image, key: readIdempotency(c) });
  if (answer.isReplay) return answerAgain(c, answer) as never;
  c.header("etag", etagOf(answer.body.revision));
  return c.json(answer.body, answer.status as 200) as never;
}
