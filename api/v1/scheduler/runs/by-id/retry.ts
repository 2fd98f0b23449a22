import { z } from "@hono/zod-openapi";
import type { Engine } from "../../../../../engine/context.ts";
import { retryRun, runRetry } from "../../../../../engine/runs/retry.ts";
import { retryAnswer } from "../../../../../engine/runs/retry-answer.ts";
import { withReason } from "../../../../../engine/schedules/pause.ts";
import { runId } from "../../../../../model/runs/run.ts";
import { jsonAnswer, optionalJsonBody } from "../../../../../platform/http/answers.ts";
import type { HttpApp } from "../../../../../platform/http/env.ts";
import { readIdempotency } from "../../../../../platform/http/idempotency.ts";
import { defineRoute } from "../../../../../platform/http/route.ts";
import { answerRetry } from "../../../../answer-retry.ts";
import { ctxOf } from "../../../../ctx.ts";
import { retryAnswerExample } from "../../../../examples/redrive.ts";

const route = defineRoute({
  method: "post",
  path: "/api/v1/scheduler/runs/{id}/retry",
  scope: "scheduler.runs.manage",
  tag: "runs",
  summary: "Run the images of a run again that did not succeed",
  description:
    "Makes a run, trigger `retry`, `retryOf` this one, over its images that failed or stayed incomplete (or those of " +
    "`statuses`), fresh or not, with the SBOM and the advisories of now. Its parked jobs are taken up as by a " +
    "redrive; those that another run has taken up are left out. The closed run does not change. Needs the header " +
    "`X-StellaOps-Operator-Reason`, which goes into the audit.",
  request: {
    params: z.object({ id: runId }),
    body: optionalJsonBody(runRetry, { example: { reason: "the registry is back" } }),
  },
  responses: {
    200: jsonAnswer(retryAnswer, "There is nothing to run again; no run was made.", {
      example: { jobs: 0, images: 0, skipped: 0, remaining: 0 },
    }),
    201: jsonAnswer(retryAnswer, "What is run again, and the run.", { example: retryAnswerExample }),
  },
  idempotent: true,
});

/** Mounts retry of a run. */
export function mountRetryRun(app: HttpApp, engine: Engine): void {
  app.openapi(route, async (c) => {
    const request = c.req.valid("json");
    const ctx = withReason(ctxOf(engine, c), request.reason);
    return answerRetry(c, await retryRun(ctx, { ...c.req.valid("param"), request, key: readIdempotency(c) }));
  });
}
