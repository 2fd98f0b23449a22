import type { Engine } from "../../../../../engine/context.ts";
import { previewRedrive, redrivePreview } from "../../../../../engine/jobs/redrive/preview.ts";
import { redriveRequest } from "../../../../../engine/jobs/redrive/request.ts";
import { jsonAnswer, jsonBody } from "../../../../../platform/http/answers.ts";
import type { HttpApp } from "../../../../../platform/http/env.ts";
import { defineRoute } from "../../../../../platform/http/route.ts";
import { ctxOf } from "../../../../ctx.ts";
import { redriveExample, redrivePreviewExample } from "../../../../examples/redrive.ts";

const route = defineRoute({
  method: "post",
  path: "/api/v1/scheduler/jobs/redrive/preview",
  scope: "scheduler.runs.preview",
  tag: "jobs",
  summary: "Preview a redrive",
  description:
    "What a redrive of this body would take up now, by kind, mode, reason and error, and what it would leave. " +
    "`batch` is what one call takes: the oldest `limit` jobs. Writes nothing.",
  request: { body: jsonBody(redriveRequest, { example: redriveExample }) },
  responses: { 200: jsonAnswer(redrivePreview, "The counts.", { example: redrivePreviewExample }) },
});

/** Mounts the preview of a redrive. */
export function mountPreviewRedrive(app: HttpApp, engine: Engine): void {
  app.openapi(route, async (c) => c.json(await previewRedrive(ctxOf(engine, c), c.req.valid("json")), 200));
}
