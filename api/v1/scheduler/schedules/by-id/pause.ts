import { z } from "@hono/zod-openapi";
import type { Engine } from "../../../../../engine/context.ts";
import { pauseSchedule } from "../../../../../engine/schedules/pause.ts";
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
  path: "/api/v1/scheduler/schedules/{id}/pause",
  scope: "scheduler.schedules.write",
  tag: "schedules",
  summary: "Pause a schedule",
  description:
    "Its due instants get the verdict `skipped_paused` until it is resumed. Pausing a paused schedule changes " +
    "nothing. With If-Match only this revision is paused.",
  request: {
    params: z.object({ id: scheduleId }),
    body: optionalJsonBody(z.strictObject({ reason: plainText(256).optional() }), {
      description: "Why, for the audit.",
      example: { reason: "maintenance of the registry" },
    }),
  },
  responses: {
    200: jsonAnswer(schedule, "The paused schedule.", { example: scheduleExample, headers: etagHeader }),
  },
  errors: ["precondition_failed"],
});

/** Mounts pause of a schedule. */
export function mountPauseSchedule(app: HttpApp, engine: Engine): void {
  app.openapi(route, async (c) => {
    const { id } = c.req.valid("param");
    const { reason } = c.req.valid("json");
    const view = await pauseSchedule(ctxOf(engine, c), { id, reason, revision: readOptionalIfMatch(c) });
    return answerSchedule(c, view);
  });
}
