import type { Engine } from "../../../../engine/context.ts";
import {
  previewSchedule,
  schedulePreview,
  schedulePreviewInput,
} from "../../../../engine/schedules/preview.ts";
import { jsonAnswer, jsonBody } from "../../../../platform/http/answers.ts";
import type { HttpApp } from "../../../../platform/http/env.ts";
import { defineRoute } from "../../../../platform/http/route.ts";
import { ctxOf } from "../../../ctx.ts";
import { scheduleExample, scheduleInputExample } from "../../../examples/schedule.ts";

const route = defineRoute({
  method: "post",
  path: "/api/v1/scheduler/schedules/preview",
  scope: "scheduler.schedules.read",
  tag: "schedules",
  summary: "Preview a schedule",
  description:
    "When a schedule that is not saved would fire, by the function that fires, and what its run would cover now: " +
    "images selected, fresh, planned, and the digest of the set. Saves nothing; the name may be left out.",
  request: { body: jsonBody(schedulePreviewInput, { example: scheduleInputExample }) },
  responses: {
    200: jsonAnswer(schedulePreview, "What it would do.", {
      example: {
        nextFires: scheduleExample.nextFires,
        images: 200,
        planned: 180,
        fresh: 20,
        withoutSbom: 2,
        digest: `sha256:${"9b".repeat(32)}`,
        feedSequence: 4291,
      },
    }),
  },
});

/** Mounts the preview of an unsaved schedule. */
export function mountPreviewSchedule(app: HttpApp, engine: Engine): void {
  app.openapi(route, async (c) => c.json(await previewSchedule(ctxOf(engine, c), c.req.valid("json")), 200));
}
