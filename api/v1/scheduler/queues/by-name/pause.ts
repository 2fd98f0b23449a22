import { z } from "@hono/zod-openapi";
import type { Engine } from "../../../../../engine/context.ts";
import { pauseDocument, pauseQueue } from "../../../../../engine/queue/settings/pause.ts";
import { pauseSubject } from "../../../../../model/queue/pause-subject.ts";
import { poolName } from "../../../../../model/pools/pool.ts";
import { jsonAnswer, jsonBody } from "../../../../../platform/http/answers.ts";
import type { HttpApp } from "../../../../../platform/http/env.ts";
import { defineRoute } from "../../../../../platform/http/route.ts";
import { ctxOf } from "../../../../ctx.ts";
import { pauseExample } from "../../../../examples/queue.ts";

const route = defineRoute({
  method: "post",
  path: "/api/v1/scheduler/queues/{queue}/pause",
  scope: "scheduler.admin",
  tag: "queues",
  summary: "Pause a queue, a kind or a tenant",
  description:
    "Nothing of it is given to workers until it is resumed; what they hold goes on. Needs the header " +
    "`X-StellaOps-Operator-Reason`, which everybody sees who asks why a job waits. Everything but the caller's " +
    "own tenant needs `platform.admin` too. Again: the newer reason stands.",
  request: {
    params: z.object({ queue: poolName }),
    body: jsonBody(z.strictObject({ subject: pauseSubject }), { example: { subject: pauseExample.subject } }),
  },
  responses: { 200: jsonAnswer(pauseDocument, "The pause.", { example: pauseExample }) },
});

/** Mounts pause of a queue. */
export function mountPauseQueue(app: HttpApp, engine: Engine): void {
  app.openapi(route, async (c) => {
    const { queue } = c.req.valid("param");
    return c.json(await pauseQueue(ctxOf(engine, c), { queue, ...c.req.valid("json") }), 200);
  });
}
