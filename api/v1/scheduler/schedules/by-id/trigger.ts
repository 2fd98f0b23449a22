import { z } from "@hono/zod-openapi";
import type { Engine } from "../../../../../engine/context.ts";
import { triggerSchedule } from "../../../../../engine/schedules/trigger.ts";
import { run } from "../../../../../model/runs/run.ts";
import { scheduleId } from "../../../../../model/schedules/schedule.ts";
import { plainText } from "../../../../../model/text.ts";
import { jsonAnswer, optionalJsonBody } from "../../../../../platform/http/answers.ts";
import type { HttpApp } from "../../../../../platform/http/env.ts";
import { readIdempotency } from "../../../../../platform/http/idempotency.ts";
import { defineRoute } from "../../../../../platform/http/route.ts";
import { answerOnce } from "../../../../answer-once.ts";
import { ctxOf } from "../../../../ctx.ts";
import { runExample } from "../../../../examples/run.ts";

const route = defineRoute({
  method: "post",
  path: "/api/v1/scheduler/schedules/{id}/trigger",
  scope: "scheduler.schedules.write",
  tag: "schedules",
  summary: "Run a schedule now",
  description:
    "Creates a run with the selection, mode and limits of the schedule, trigger `manual`, whether the schedule is " +
    "paused and whatever is open. It leaves no row among the fires: no instant was due.",
  request: {
    params: z.object({ id: scheduleId }),
    body: optionalJsonBody(
      z.strictObject({
        force: z.boolean().optional().meta({ description: "Run images again whose result is fresh." }),
        reason: plainText(256).optional().meta({ description: "Why, for the run and the audit." }),
      }),
      { example: { reason: "before the release" } },
    ),
  },
  responses: { 201: jsonAnswer(run, "The run, in planning.", { example: runExample }) },
  idempotent: true,
});

/** Mounts trigger of a schedule. */
export function mountTriggerSchedule(app: HttpApp, engine: Engine): void {
  app.openapi(route, async (c) => {
    const { id } = c.req.valid("param");
    const { force = false, reason } = c.req.valid("json");
    const answer = await triggerSchedule(ctxOf(engine, c), { id, force, reason, key: readIdempotency(c) });
    return answerOnce(c, "/api/v1/scheduler/runs", answer);
  });
}
