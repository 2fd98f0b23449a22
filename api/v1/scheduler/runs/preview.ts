import type { Engine } from "../../../../engine/context.ts";
import { runCreation } from "../../../../engine/runs/creation.ts";
import { impactCounts, previewCreation } from "../../../../engine/runs/preview.ts";
import { jsonAnswer, jsonBody } from "../../../../platform/http/answers.ts";
import type { HttpApp } from "../../../../platform/http/env.ts";
import { defineRoute } from "../../../../platform/http/route.ts";
import { ctxOf } from "../../../ctx.ts";

const route = defineRoute({
  method: "post",
  path: "/api/v1/scheduler/runs/preview",
  scope: "scheduler.runs.preview",
  tag: "runs",
  summary: "Preview a run",
  description:
    "What a run of this body would cover if it were planned now: the same body as for creating one. Writes nothing.",
  request: { body: jsonBody(runCreation, { example: { selection: { scope: "all" } } }) },
  responses: {
    200: jsonAnswer(impactCounts, "The counts.", {
      example: {
        planned: 180,
        fresh: 20,
        withoutSbom: 2,
        digest: `sha256:${"9b".repeat(32)}`,
        feedSequence: 4291,
      },
    }),
  },
});

/** Mounts the preview of a run. */
export function mountPreviewRun(app: HttpApp, engine: Engine): void {
  app.openapi(route, async (c) => c.json(await previewCreation(ctxOf(engine, c), c.req.valid("json")), 200));
}
