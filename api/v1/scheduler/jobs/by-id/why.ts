import { z } from "@hono/zod-openapi";
import type { Engine } from "../../../../../engine/context.ts";
import { jobId } from "../../../../../engine/jobs/documents.ts";
import { jobWhy, whyJob } from "../../../../../engine/jobs/why.ts";
import { jsonAnswer } from "../../../../../platform/http/answers.ts";
import type { HttpApp } from "../../../../../platform/http/env.ts";
import { defineRoute } from "../../../../../platform/http/route.ts";
import { ctxOf } from "../../../../ctx.ts";
import { jobRecordExample } from "../../../../examples/job.ts";

const route = defineRoute({
  method: "get",
  path: "/api/v1/scheduler/jobs/{id}/why",
  scope: "scheduler.runs.read",
  tag: "jobs",
  summary: "Ask why a job waits",
  description:
    "What holds the job up now, as codes that programs can rely on and texts for people, and where it stands " +
    "in the order. A job that nothing holds up has the one reason `next`; one that has ended, `ended`.",
  request: { params: z.object({ id: jobId }) },
  responses: {
    200: jsonAnswer(jobWhy, "The reasons.", {
      example: {
        jobId: jobRecordExample.id,
        reasons: [{ code: "jobs_before", text: "3 jobs of the same tenant and kind go before it." }],
        place: { jobsBefore: 3, tenantsBefore: 1, readyOfKind: 30, workersOfKind: 2 },
      },
    }),
  },
});

/** Mounts the question why a job waits. */
export function mountJobWhy(app: HttpApp, engine: Engine): void {
  app.openapi(route, async (c) => c.json(await whyJob(ctxOf(engine, c), c.req.valid("param").id), 200));
}
