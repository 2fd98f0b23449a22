import { z } from "@hono/zod-openapi";
import type { Engine } from "../../../../../engine/context.ts";
import { keyDocument, listKeys } from "../../../../../engine/queue/list-keys.ts";
import { pageOf } from "../../../../../model/paging/page.ts";
import { concurrencyKey } from "../../../../../model/queue/job-message.ts";
import { poolName } from "../../../../../model/pools/pool.ts";
import { jsonAnswer } from "../../../../../platform/http/answers.ts";
import type { HttpApp } from "../../../../../platform/http/env.ts";
import { openPage, pageQuery } from "../../../../../platform/http/page.ts";
import { defineRoute } from "../../../../../platform/http/route.ts";
import { ctxOf } from "../../../../ctx.ts";
import { keyExample } from "../../../../examples/queue.ts";

const route = defineRoute({
  method: "get",
  path: "/api/v1/scheduler/queues/{queue}/keys",
  scope: "scheduler.admin",
  tag: "queues",
  summary: "List concurrency keys",
  description:
    "The keys that have jobs, limits or a closure, by name: what of them waits and is worked on, what they allow. " +
    "Tenants share keys, so a shared queue needs `platform.admin`.",
  request: { params: z.object({ queue: poolName }), query: z.object(pageQuery) },
  responses: {
    200: jsonAnswer(pageOf(keyDocument), "A page of keys.", { example: { items: [keyExample] } }),
  },
});

/** Mounts the concurrency keys of a queue. */
export function mountQueueKeys(app: HttpApp, engine: Engine): void {
  app.openapi(route, async (c) => {
    const page = openPage(c, c.req.valid("query"), concurrencyKey);
    const { queue } = c.req.valid("param");
    const keys = await listKeys(ctxOf(engine, c), { queue, after: page.after, count: page.limit });
    return c.json(
      page.answer(
        keys,
        (key) => key,
        ({ key }) => key,
      ),
      200,
    );
  });
}
