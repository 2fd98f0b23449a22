import { z } from "@hono/zod-openapi";
import type { Engine } from "../../../../engine/context.ts";
import { jobId } from "../../../../engine/jobs/documents.ts";
import { getJob, jobRecordDocument } from "../../../../engine/jobs/get.ts";
import { jsonAnswer } from "../../../../platform/http/answers.ts";
import type { HttpApp } from "../../../../platform/http/env.ts";
import { defineRoute } from "../../../../platform/http/route.ts";
import { ctxOf } from "../../../ctx.ts";
import { jobRecordExample } from "../../../examples/job.ts";

const route = defineRoute({
  method: "get",
  path: "/api/v1/scheduler/jobs/{id}",
  scope: "scheduler.runs.read",
  tag: "jobs",
  summary: "Read a job",
  description:
    "One job with its ended attempts, results that came too late, artifacts, and what the queue says of it now.",
  request: { params: z.object({ id: jobId }) },
  responses: { 200: jsonAnswer(jobRecordDocument, "The job.", { example: jobRecordExample }) },
});

/** Mounts get of one job. */
export function mountJob(app: HttpApp, engine: Engine): void {
  app.openapi(route, async (c) => c.json(await getJob(ctxOf(engine, c), c.req.valid("param").id), 200));
}
