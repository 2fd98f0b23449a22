import { z } from "@hono/zod-openapi";
import type { Engine } from "../../../engine/context.ts";
import { workerDocument } from "../../../engine/workers/documents.ts";
import { listWorkers } from "../../../engine/workers/list.ts";
import { pageOf } from "../../../model/paging/page.ts";
import { jobKind } from "../../../model/queue/job-message.ts";
import { plainText } from "../../../model/text.ts";
import { poolName } from "../../../model/pools/pool.ts";
import { workerId, workerStates } from "../../../model/workers/worker.ts";
import { jsonAnswer } from "../../../platform/http/answers.ts";
import type { HttpApp } from "../../../platform/http/env.ts";
import { openPage, pageQuery } from "../../../platform/http/page.ts";
import { queryFlag, queryList } from "../../../platform/http/query.ts";
import { defineRoute } from "../../../platform/http/route.ts";
import { ctxOf } from "../../ctx.ts";
import { workerExample } from "../../examples/fleet.ts";

const route = defineRoute({
  method: "get",
  path: "/api/v1/scheduler/workers",
  scope: "scheduler.admin",
  tag: "workers",
  summary: "List workers",
  description:
    "Workers, the latest registered first; without a `state` all but those that left. Every filter that is given " +
    "must hold. Workers are shared by all tenants: without `platform.admin` one sees which there are and how they " +
    "stand, but no hosts, and attempts and late results of one's own jobs only. The filter `host` needs " +
    "`platform.admin`.",
  request: {
    query: z.object({
      ...pageQuery,
      state: queryList(z.enum(workerStates)).optional(),
      pool: poolName.optional(),
      kind: jobKind.optional(),
      host: plainText(200).optional(),
      language: plainText(200).optional(),
      sick: queryFlag().optional(),
    }),
  },
  responses: {
    200: jsonAnswer(pageOf(workerDocument), "A page of workers.", { example: { items: [workerExample] } }),
  },
});

/** Mounts the list of workers. */
export function mountWorkers(app: HttpApp, engine: Engine): void {
  app.openapi(route, async (c) => {
    const query = c.req.valid("query");
    const page = openPage(c, query, workerId);
    const { pool, kind, host, language } = query;
    const workers = await listWorkers(ctxOf(engine, c), {
      filter: { states: query.state, isSick: query.sick, pool, kind, host, language },
      before: page.after,
      limit: page.limit,
    });
    return c.json(
      page.answer(
        workers,
        (worker) => worker,
        (worker) => worker.id,
      ),
      200,
    );
  });
}
