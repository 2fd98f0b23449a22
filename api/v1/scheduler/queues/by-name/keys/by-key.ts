import { z } from "@hono/zod-openapi";
import type { Engine } from "../../../../../../engine/context.ts";
import { keyLimit, keyLimitDocument, limitKey } from "../../../../../../engine/queue/settings/limit-key.ts";
import { concurrencyKey } from "../../../../../../model/queue/job-message.ts";
import { poolName } from "../../../../../../model/pools/pool.ts";
import { jsonAnswer, jsonBody } from "../../../../../../platform/http/answers.ts";
import type { HttpApp } from "../../../../../../platform/http/env.ts";
import { defineRoute } from "../../../../../../platform/http/route.ts";
import { ctxOf } from "../../../../../ctx.ts";
import { keyLimitExample } from "../../../../../examples/queue.ts";

const route = defineRoute({
  method: "put",
  path: "/api/v1/scheduler/queues/{queue}/keys/{key}",
  scope: "scheduler.admin",
  tag: "queues",
  summary: "Set the limits of a concurrency key",
  description:
    "Takes effect at once, on jobs that wait already too. Both `null` is what every key has that nobody set. " +
    "`reopen` ends a closure by an outcome `rate_limited` before its time; while the queue is away it answers 503 " +
    "and is to be repeated. Needs the header `X-StellaOps-Operator-Reason`, and on a shared queue `platform.admin`.",
  request: {
    params: z.object({ queue: poolName, key: concurrencyKey.meta({ example: "registry.example.com" }) }),
    body: jsonBody(keyLimit, { example: { maxLeased: 4, perSecond: 2.5, burst: 5 } }),
  },
  responses: { 200: jsonAnswer(keyLimitDocument, "What is set now.", { example: keyLimitExample }) },
});

/** Mounts the limits of a concurrency key. */
export function mountQueueKey(app: HttpApp, engine: Engine): void {
  app.openapi(route, async (c) => {
    const limit = c.req.valid("json");
    return c.json(await limitKey(ctxOf(engine, c), { ...c.req.valid("param"), limit }), 200);
  });
}
