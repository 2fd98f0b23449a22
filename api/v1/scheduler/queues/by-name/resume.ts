import { z } from "@hono/zod-openapi";
import type { Engine } from "../../../../../engine/context.ts";
import { resumeQueue } from "../../../../../engine/queue/settings/pause.ts";
import { pauseSubject } from "../../../../../model/queue/pause-subject.ts";
import { poolName } from "../../../../../model/pools/pool.ts";
import { jsonBody } from "../../../../../platform/http/answers.ts";
import type { HttpApp } from "../../../../../platform/http/env.ts";
import { defineRoute } from "../../../../../platform/http/route.ts";
import { ctxOf } from "../../../../ctx.ts";
import { pauseExample } from "../../../../examples/queue.ts";

const route = defineRoute({
  method: "post",
  path: "/api/v1/scheduler/queues/{queue}/resume",
  scope: "scheduler.admin",
  tag: "queues",
  summary: "Resume a queue, a kind or a tenant",
  description:
    "Idle workers are woken for what may be given again. What is not paused stays as it is. Everything but the " +
    "caller's own tenant needs `platform.admin` too.",
  request: {
    params: z.object({ queue: poolName }),
    body: jsonBody(z.strictObject({ subject: pauseSubject }), { example: { subject: pauseExample.subject } }),
  },
  responses: { 204: { description: "It is not paused (any more)." } },
});

/** Mounts resume of a queue. */
export function mountResumeQueue(app: HttpApp, engine: Engine): void {
  app.openapi(route, async (c) => {
    const { queue } = c.req.valid("param");
    await resumeQueue(ctxOf(engine, c), { queue, ...c.req.valid("json") });
    return c.body(null, 204);
  });
}
