import type { Engine } from "../../../../engine/context.ts";
import { withReason } from "../../../../engine/schedules/pause.ts";
import { redriveJobs } from "../../../../engine/jobs/redrive/redrive.ts";
import { redriveRequest } from "../../../../engine/jobs/redrive/request.ts";
import { retryAnswer } from "../../../../engine/runs/retry-answer.ts";
import { jsonAnswer, jsonBody } from "../../../../platform/http/answers.ts";
import type { HttpApp } from "../../../../platform/http/env.ts";
import { readIdempotency } from "../../../../platform/http/idempotency.ts";
import { defineRoute } from "../../../../platform/http/route.ts";
import { answerRetry } from "../../../answer-retry.ts";
import { ctxOf } from "../../../ctx.ts";
import { redriveExample, retryAnswerExample } from "../../../examples/redrive.ts";

const route = defineRoute({
  method: "post",
  path: "/api/v1/scheduler/jobs/redrive",
  scope: "scheduler.runs.manage",
  tag: "jobs",
  summary: "Drive parked jobs again",
  description:
    "Makes one run, trigger `retry`, over the images of the parked jobs that wait, the oldest `limit` of them: each " +
    "image once, fresh or not, with the SBOM and the advisories of now. The parked jobs are marked with it, so that " +
    "no second run takes them up; when it ends cancelled or in error they wait again. `retryOf` names the run that " +
    "parked them where it is one. Needs the header `X-StellaOps-Operator-Reason`, which goes into the audit.",
  request: { body: jsonBody(redriveRequest, { example: redriveExample }) },
  responses: {
    200: jsonAnswer(retryAnswer, "Nothing of it waits; no run was made.", {
      example: { jobs: 0, images: 0, skipped: 14, remaining: 0 },
    }),
    201: jsonAnswer(retryAnswer, "What was taken up, and the run.", { example: retryAnswerExample }),
  },
  idempotent: true,
});

/** Mounts the redrive of parked jobs. */
export function mountRedrive(app: HttpApp, engine: Engine): void {
  app.openapi(route, async (c) => {
    const request = c.req.valid("json");
    const ctx = withReason(ctxOf(engine, c), request.reason);
    return answerRetry(c, await redriveJobs(ctx, { request, key: readIdempotency(c) }));
  });
}
