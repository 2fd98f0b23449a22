import type { Engine } from "../../../engine/context.ts";
import { createPool, poolCreation, poolDocument } from "../../../engine/pools/create.ts";
import { queueList, showQueues } from "../../../engine/queue/show.ts";
import { jsonAnswer, jsonBody } from "../../../platform/http/answers.ts";
import type { HttpApp } from "../../../platform/http/env.ts";
import { answerAgain, readIdempotency } from "../../../platform/http/idempotency.ts";
import { defineRoute } from "../../../platform/http/route.ts";
import { ctxOf } from "../../ctx.ts";
import { queueExample } from "../../examples/queue.ts";

const path = "/api/v1/scheduler/queues";

const list = defineRoute({
  method: "get",
  path,
  scope: "scheduler.admin",
  tag: "queues",
  summary: "List queues",
  description:
    "Depth by class and kind, the tenants that wait and how far each is ahead of its share, what is paused. " +
    "Without `platform.admin` tenants and their pauses are shown as far as they are the caller's own, and no queue " +
    "of another tenant.",
  responses: { 200: jsonAnswer(queueList, "The queues.", { example: { items: [queueExample] } }) },
});

const create = defineRoute({
  method: "post",
  path,
  scope: "scheduler.admin",
  tag: "queues",
  summary: "Make a queue for a pool of workers",
  description:
    "Workers of a pool share its queue and trust each other: whoever may claim may also spoil it. Workers of others, at a " +
    "tenant's own site say, get a pool of their own; with `tenantId` it takes the jobs of that tenant alone. The " +
    "queue opens within seconds. Next: a key for its workers (`/worker-keys`), and `pool` in runs and " +
    "schedules. Needs `platform.admin`, since names are shared by all tenants.",
  request: { body: jsonBody(poolCreation, { example: { queue: "edge", tenantId: "acme" } }) },
  responses: {
    201: jsonAnswer(poolDocument, "The queue.", {
      example: {
        queue: "edge",
        tenantId: "acme",
        createdAt: "2026-05-01T08:30:00.000Z",
        createdBy: "ann@example.com",
      },
    }),
  },
  errors: ["conflict"],
  idempotent: true,
});

/** Mounts create and list of queues. */
export function mountQueues(app: HttpApp, engine: Engine): void {
  app.openapi(list, async (c) => c.json(await showQueues(ctxOf(engine, c)), 200));
  app.openapi(create, async (c) => {
    const answer = await createPool(ctxOf(engine, c), {
      creation: c.req.valid("json"),
      key: readIdempotency(c),
    });
    return answer.isReplay ? (answerAgain(c, answer) as never) : c.json(answer.body, 201);
  });
}
