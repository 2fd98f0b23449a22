import type { Engine } from "../../../engine/context.ts";
import { queueList, showQueues } from "../../../engine/queue/show.ts";
import { jsonAnswer } from "../../../platform/http/answers.ts";
import type { HttpApp } from "../../../platform/http/env.ts";
import { defineRoute } from "../../../platform/http/route.ts";
import { ctxOf } from "../../ctx.ts";
import { queueExample } from "../../examples/queue.ts";

const route = defineRoute({
  method: "get",
  path: "/api/v1/scheduler/queues",
  scope: "scheduler.admin",
  tag: "queues",
  summary: "List queues",
  description:
    "Depth by class and kind, the tenants that wait and how far each is ahead of its share, what is paused. " +
    "Without `platform.admin` tenants and their pauses are shown as far as they are the caller's own.",
  responses: { 200: jsonAnswer(queueList, "The queues.", { example: { items: [queueExample] } }) },
});

/** Mounts the list of queues. */
export function mountQueues(app: HttpApp, engine: Engine): void {
  app.openapi(route, async (c) => c.json(await showQueues(ctxOf(engine, c)), 200));
}
