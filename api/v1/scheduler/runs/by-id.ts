import { z } from "@hono/zod-openapi";
import type { Engine } from "../../../../engine/context.ts";
import { runTag } from "../../../../engine/runs/documents.ts";
import { getRun } from "../../../../engine/runs/read.ts";
import { run, runId } from "../../../../model/runs/run.ts";
import { emptyAnswer, jsonAnswer } from "../../../../platform/http/answers.ts";
import type { HttpApp } from "../../../../platform/http/env.ts";
import { notModified } from "../../../../platform/http/etag.ts";
import { defineRoute } from "../../../../platform/http/route.ts";
import { ctxOf } from "../../../ctx.ts";
import { runExample } from "../../../examples/run.ts";

const route = defineRoute({
  method: "get",
  path: "/api/v1/scheduler/runs/{id}",
  scope: "scheduler.runs.read",
  tag: "runs",
  summary: "Read a run",
  description:
    "The run with its books in images, and the twenty deltas that matter most. The ETag is weak and leaves out " +
    "`stats`, which move with the clock while the run is open.",
  request: { params: z.object({ id: runId }) },
  responses: {
    200: jsonAnswer(run, "The run.", {
      example: runExample,
      headers: { etag: { description: "Of everything but `stats`.", schema: { type: "string" } } },
    }),
    304: emptyAnswer("Nothing but the stats has changed."),
  },
});

/** Mounts get of one run. */
export function mountRun(app: HttpApp, engine: Engine): void {
  app.openapi(route, async (c) => {
    const found = await getRun(ctxOf(engine, c), c.req.valid("param").id);
    return (notModified(c, runTag(found)) as never) ?? c.json(found, 200);
  });
}
