import { z } from "@hono/zod-openapi";
import type { Engine } from "../../../../../engine/context.ts";
import { listDeltas, showDelta } from "../../../../../engine/runs/list-deltas.ts";
import { pageOf } from "../../../../../model/paging/page.ts";
import { delta } from "../../../../../model/runs/delta.ts";
import { runId } from "../../../../../model/runs/run.ts";
import { jsonAnswer } from "../../../../../platform/http/answers.ts";
import type { HttpApp } from "../../../../../platform/http/env.ts";
import { openPage, pageQuery } from "../../../../../platform/http/page.ts";
import { defineRoute } from "../../../../../platform/http/route.ts";
import { ctxOf } from "../../../../ctx.ts";
import { deltaExample } from "../../../../examples/run.ts";

const route = defineRoute({
  method: "get",
  path: "/api/v1/scheduler/runs/{id}/deltas",
  scope: "scheduler.runs.read",
  tag: "runs",
  summary: "List what a run changed",
  description:
    "For each image whose findings changed against its last good result: what is new, what is gone, and why.",
  request: { params: z.object({ id: runId }), query: z.object({ ...pageQuery }) },
  responses: { 200: jsonAnswer(pageOf(delta), "A page of deltas.", { example: { items: [deltaExample] } }) },
});

/** Mounts the deltas of a run. */
export function mountDeltas(app: HttpApp, engine: Engine): void {
  app.openapi(route, async (c) => {
    const page = openPage(c, c.req.valid("query"), z.int());
    const rows = await listDeltas(ctxOf(engine, c), {
      runId: c.req.valid("param").id,
      after: page.after ?? 0,
      limit: page.limit,
    });
    return c.json(
      page.answer(rows, showDelta, ({ imageId }) => imageId),
      200,
    );
  });
}
