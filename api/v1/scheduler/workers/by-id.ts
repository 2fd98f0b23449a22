import { z } from "@hono/zod-openapi";
import type { Engine } from "../../../../engine/context.ts";
import { workerRecord } from "../../../../engine/workers/documents.ts";
import { getWorker } from "../../../../engine/workers/get.ts";
import { workerId } from "../../../../model/workers/worker.ts";
import { jsonAnswer } from "../../../../platform/http/answers.ts";
import type { HttpApp } from "../../../../platform/http/env.ts";
import { defineRoute } from "../../../../platform/http/route.ts";
import { ctxOf } from "../../../ctx.ts";
import { workerRecordExample } from "../../../examples/fleet.ts";

const route = defineRoute({
  method: "get",
  path: "/api/v1/scheduler/workers/{workerId}",
  scope: "scheduler.admin",
  tag: "workers",
  summary: "Read a worker",
  description:
    "A worker with the jobs in its hands, their progress, and its latest results that differ from the accepted " +
    "ones. Without `platform.admin` jobs are shown as far as they are the caller's own.",
  request: { params: z.object({ workerId }) },
  responses: { 200: jsonAnswer(workerRecord, "The worker.", { example: workerRecordExample }) },
});

/** Mounts read of a worker. */
export function mountWorker(app: HttpApp, engine: Engine): void {
  app.openapi(route, async (c) =>
    c.json(await getWorker(ctxOf(engine, c), c.req.valid("param").workerId), 200),
  );
}
