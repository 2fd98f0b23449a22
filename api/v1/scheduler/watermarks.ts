import { z } from "@hono/zod-openapi";
import type { Engine } from "../../../engine/context.ts";
import { toWatermark } from "../../../engine/watermarks/document.ts";
import { listWatermarks } from "../../../engine/watermarks/list.ts";
import { pageOf } from "../../../model/paging/page.ts";
import { jobKind } from "../../../model/queue/job-message.ts";
import { watermark, watermarkName } from "../../../model/watermarks/watermark.ts";
import { jsonAnswer } from "../../../platform/http/answers.ts";
import type { HttpApp } from "../../../platform/http/env.ts";
import { openPage, pageQuery } from "../../../platform/http/page.ts";
import { defineRoute } from "../../../platform/http/route.ts";
import { ctxOf } from "../../ctx.ts";
import { watermarkExample } from "../../examples/watermark.ts";

const route = defineRoute({
  method: "get",
  path: "/api/v1/scheduler/watermarks",
  scope: "scheduler.runs.read",
  tag: "watermarks",
  summary: "List watermarks",
  description: "How far each kind of job has come in what it reads, by kind and name. Jobs move them.",
  request: { query: z.object({ ...pageQuery, kind: jobKind.optional() }) },
  responses: {
    200: jsonAnswer(pageOf(watermark), "A page of watermarks.", { example: { items: [watermarkExample] } }),
  },
});

const place = z.strictObject({ kind: jobKind, name: watermarkName });

/** Mounts the list of watermarks. */
export function mountWatermarks(app: HttpApp, engine: Engine): void {
  app.openapi(route, async (c) => {
    const query = c.req.valid("query");
    const page = openPage(c, query, place);
    const { kind } = query;
    const rows = await listWatermarks(ctxOf(engine, c), { kind, after: page.after, limit: page.limit });
    return c.json(
      page.answer(rows, toWatermark, ({ kind, name }) => ({ kind, name })),
      200,
    );
  });
}
