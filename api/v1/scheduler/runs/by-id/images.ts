import { z } from "@hono/zod-openapi";
import type { Engine } from "../../../../../engine/context.ts";
import {
  exceptionDocument,
  exceptionStatuses,
  listExceptions,
  toExceptionDocument,
} from "../../../../../engine/runs/list-exceptions.ts";
import { pageOf } from "../../../../../model/paging/page.ts";
import { runId } from "../../../../../model/runs/run.ts";
import { jsonAnswer } from "../../../../../platform/http/answers.ts";
import type { HttpApp } from "../../../../../platform/http/env.ts";
import { openPage, pageQuery } from "../../../../../platform/http/page.ts";
import { queryList } from "../../../../../platform/http/query.ts";
import { defineRoute } from "../../../../../platform/http/route.ts";
import { ctxOf } from "../../../../ctx.ts";
import { deltaExample } from "../../../../examples/run.ts";

const route = defineRoute({
  method: "get",
  path: "/api/v1/scheduler/runs/{id}/images",
  scope: "scheduler.runs.read",
  tag: "runs",
  summary: "List the images of a run that did not succeed",
  description: "Images that failed, stayed incomplete or were cancelled, each with its reason.",
  request: {
    params: z.object({ id: runId }),
    query: z.object({ ...pageQuery, status: queryList(z.enum(exceptionStatuses)).optional() }),
  },
  responses: {
    200: jsonAnswer(pageOf(exceptionDocument), "A page of images.", {
      example: {
        items: [
          { imageDigest: deltaExample.imageDigest, ordinal: 178, status: "incomplete", reason: "no_sbom" },
        ],
      },
    }),
  },
});

/** Mounts the images of a run that did not succeed. */
export function mountRunImages(app: HttpApp, engine: Engine): void {
  app.openapi(route, async (c) => {
    const query = c.req.valid("query");
    const page = openPage(c, query, z.int());
    const rows = await listExceptions(ctxOf(engine, c), {
      runId: c.req.valid("param").id,
      statuses: query.status ?? exceptionStatuses,
      afterOrdinal: page.after ?? -1,
      limit: page.limit,
    });
    return c.json(
      page.answer(rows, toExceptionDocument, ({ ordinal }) => ordinal),
      200,
    );
  });
}
