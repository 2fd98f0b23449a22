import { z } from "@hono/zod-openapi";
import type { Engine } from "../../../../../engine/context.ts";
import { cancelByCaller } from "../../../../../engine/runs/cancel-by-caller.ts";
import { withReason } from "../../../../../engine/schedules/pause.ts";
import { run, runId } from "../../../../../model/runs/run.ts";
import { plainText } from "../../../../../model/text.ts";
import { jsonAnswer, optionalJsonBody } from "../../../../../platform/http/answers.ts";
import type { HttpApp } from "../../../../../platform/http/env.ts";
import { defineRoute } from "../../../../../platform/http/route.ts";
import { ctxOf } from "../../../../ctx.ts";
import { runExample } from "../../../../examples/run.ts";

const route = defineRoute({
  method: "post",
  path: "/api/v1/scheduler/runs/{id}/cancel",
  scope: "scheduler.runs.manage",
  tag: "runs",
  summary: "Cancel a run",
  description:
    "From this answer on no worker gets a job of the run. Jobs in the hands of workers end with their next beat, " +
    "then the run turns `cancelled`; until then it is shown as it is. Cancelling again changes nothing; a run that " +
    "has ended otherwise is a conflict.",
  request: {
    params: z.object({ id: runId }),
    body: optionalJsonBody(z.strictObject({ reason: plainText(256).optional() }), {
      description: "Why, for the audit.",
      example: { reason: "wrong selection" },
    }),
  },
  responses: { 200: jsonAnswer(run, "The run as it stands.", { example: runExample }) },
  errors: ["conflict"],
});

/** Mounts cancel of a run. */
export function mountCancelRun(app: HttpApp, engine: Engine): void {
  app.openapi(route, async (c) => {
    const ctx = withReason(ctxOf(engine, c), c.req.valid("json").reason);
    return c.json(await cancelByCaller(ctx, c.req.valid("param").id), 200);
  });
}
