import { z } from "@hono/zod-openapi";
import type { Engine } from "../../../../engine/context.ts";
import { workerKeyDocument, workerKeyId } from "../../../../engine/worker-keys/documents.ts";
import { getWorkerKey } from "../../../../engine/worker-keys/list.ts";
import { revokeWorkerKey } from "../../../../engine/worker-keys/revoke.ts";
import { emptyAnswer, jsonAnswer } from "../../../../platform/http/answers.ts";
import type { HttpApp } from "../../../../platform/http/env.ts";
import { defineRoute } from "../../../../platform/http/route.ts";
import { ctxOf } from "../../../ctx.ts";
import { workerKeyExample } from "../../../examples/worker.ts";

const path = "/api/v1/scheduler/worker-keys/{id}";
const params = z.object({ id: workerKeyId });

const read = defineRoute({
  method: "get",
  path,
  scope: "scheduler.admin",
  tag: "worker-keys",
  summary: "Read a worker key",
  description: "What is known of it; never the secret.",
  request: { params },
  responses: { 200: jsonAnswer(workerKeyDocument, "The key.", { example: workerKeyExample }) },
});

const revoke = defineRoute({
  method: "delete",
  path,
  scope: "scheduler.admin",
  tag: "worker-keys",
  summary: "Revoke a worker key",
  description:
    "Within five seconds nothing can be done with it any more: the API refuses it, and its workers lose their connections " +
    "to Valkey. What they hold is tried again by others when the leases are over. Again: no change.",
  request: { params },
  responses: { 204: emptyAnswer("It is revoked.") },
});

/** Mounts read and revoke of one worker key. */
export function mountWorkerKey(app: HttpApp, engine: Engine): void {
  app.openapi(read, async (c) => c.json(await getWorkerKey(ctxOf(engine, c), c.req.valid("param").id), 200));
  app.openapi(revoke, async (c) => {
    await revokeWorkerKey(ctxOf(engine, c), c.req.valid("param").id);
    return c.body(null, 204);
  });
}
