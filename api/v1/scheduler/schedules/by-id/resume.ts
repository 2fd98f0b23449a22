import { z } from "@hono/zod-openapi";
import type { Engine } from "../../../../../engine/context.ts";
import { resumeSchedule } from "../../../../../engine/schedules/pause.ts";
import { schedule, scheduleId } from "../../../../../model/schedules/schedule.ts";
import { plainText } from "../../../../../model/text.ts";
import { etagHeader, jsonAnswer, optionalJsonBody } from "../../../../../platform/http/answers.ts";
import type { HttpApp } from "../../../../../platform/http/env.ts";
import { readOptionalIfMatch } from "../../../../../platform/http/etag.ts";
import { defineRoute } from "../../../../../platform/http/route.ts";
import { ctxOf } from "../../../../ctx.ts";
import { scheduleExample } from "../../../../examples/schedule.ts";
import { answerSchedule } from "../by-id.ts";

const route = defineRoute({
  method: "post",
  path: "/api/v1/scheduler/schedules/{id}/resume",
  scope: "scheduler.schedules.write",
  tag: "schedules",
  summary: "Resume a schedule",
  description:
    "Fires again from the next instant on; what was due meanwhile stays skipped. Resuming a schedule that is not " +
    "paused changes nothing. With If-Match only this revision is resumed.",
  request: {
    params: z.object({ id: scheduleId }),
    body: optionalJsonBody(z.strictObject({ reason: plainText(256).optional() }), {
      description: "Why, for the audit.",
      example: { reason: "maintenance of the registry" },
    }),
  },
  responses: {
    200: jsonAnswer(schedule, "The schedule.", { example: scheduleExample, headers: etagHeader }),
  },
  errors: ["precondition_failed"],
});

/** Mounts resume of a schedule. */
export function mountResumeSchedule(app: HttpApp, engine: Engine): void {
  app.openapi(route, async (c) => {
    const { id } = c.req.valid("param");
    const { reason } = c.req.valid("json");
    const view = await resumeSchedule(ctxOf(engine, c), { id, reason, revision: readOptionalIfMatch(c) });
    return answerSchedule(c, view);
  });
}
