import { z } from "@hono/zod-openapi";
import type { Engine } from "../../../../../engine/context.ts";
import { bumpJob } from "../../../../../engine/jobs/bump.ts";
import { jobId } from "../../../../../engine/jobs/documents.ts";
import { jobRecordDocument } from "../../../../../engine/jobs/get.ts";
import { withReason } from "../../../../../engine/schedules/pause.ts";
import { jobClass } from "../../../../../model/queue/job-message.ts";
import { plainText } from "../../../../../model/text.ts";
import { jsonAnswer, optionalJsonBody } from "../../../../../platform/http/answers.ts";
import type { HttpApp } from "../../../../../platform/http/env.ts";
import { defineRoute } from "../../../../../platform/http/route.ts";
import { ctxOf } from "../../../../ctx.ts";
import { jobRecordExample } from "../../../../examples/job.ts";

const route = defineRoute({
  method: "post",
  path: "/api/v1/scheduler/jobs/{id}/bump",
  scope: "scheduler.runs.manage",
  tag: "jobs",
  summary: "Move a job to another class",
  description:
    "A waiting job goes to the class named, `interactive` when none is, where its age puts it before younger ones. " +
    "What a worker has in hand goes on; a further attempt of it has the new class. Again: no change. A job that has " +
    "ended is a conflict.",
  request: {
    params: z.object({ id: jobId }),
    body: optionalJsonBody(
      z.strictObject({ class: jobClass.optional(), reason: plainText(256).optional() }),
      { description: "The class, and why, for the audit.", example: { class: "interactive" as const } },
    ),
  },
  responses: { 200: jsonAnswer(jobRecordDocument, "The job as it stands.", { example: jobRecordExample }) },
  errors: ["conflict"],
});

/** Mounts the bump of a job. */
export function mountBumpJob(app: HttpApp, engine: Engine): void {
  app.openapi(route, async (c) => {
    const { class: class_ = "interactive", reason } = c.req.valid("json");
    const ctx = withReason(ctxOf(engine, c), reason);
    return c.json(await bumpJob(ctx, { id: c.req.valid("param").id, class: class_ }), 200);
  });
}
