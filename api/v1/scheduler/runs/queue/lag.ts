import type { Engine } from "../../../../../engine/context.ts";
import { queueLag, readQueueLag } from "../../../../../engine/queue/lag.ts";
import { jsonAnswer } from "../../../../../platform/http/answers.ts";
import type { HttpApp } from "../../../../../platform/http/env.ts";
import { defineRoute } from "../../../../../platform/http/route.ts";
import { ctxOf } from "../../../../ctx.ts";

const route = defineRoute({
  method: "get",
  path: "/api/v1/scheduler/runs/queue/lag",
  scope: "scheduler.runs.read",
  tag: "runs",
  summary: "Read how far the workers are behind",
  description:
    "Depth of the queue by class and kind, the oldest wait and the workers alive, over all tenants.",
  responses: {
    200: jsonAnswer(queueLag, "The lag.", {
      example: {
        queues: [
          {
            queue: "default",
            ready: 30,
            delayed: 0,
            leased: 8,
            oldestWaitMs: 1200,
            workersAlive: 2,
            workersIdle: 0,
            resultsPending: 1,
            throughput: { claimedPerSecond: 20.4, endedPerSecond: 20.1 },
            classes: [{ class: "scheduled", kind: "scan", depth: 30, oldestWaitMs: 1200 }],
          },
        ],
      },
    }),
  },
});

/** Mounts the lag of the queue. */
export function mountQueueLag(app: HttpApp, engine: Engine): void {
  app.openapi(route, async (c) => c.json(await readQueueLag(ctxOf(engine, c)), 200));
}
