import { z } from "@hono/zod-openapi";
import type { Engine } from "../../../../engine/context.ts";
import { deleteSchedule } from "../../../../engine/schedules/delete.ts";
import type { ScheduleView } from "../../../../engine/schedules/documents.ts";
import { getSchedule } from "../../../../engine/schedules/read.ts";
import { patchSchedule, replaceSchedule } from "../../../../engine/schedules/update.ts";
import { schedule, scheduleId, scheduleInput, schedulePatch } from "../../../../model/schedules/schedule.ts";
import { emptyAnswer, etagHeader, jsonAnswer, jsonBody } from "../../../../platform/http/answers.ts";
import type { HttpApp, HttpContext } from "../../../../platform/http/env.ts";
import { etagOf, readIfMatch, readOptionalIfMatch } from "../../../../platform/http/etag.ts";
import { defineRoute } from "../../../../platform/http/route.ts";
import { ctxOf } from "../../../ctx.ts";
import { scheduleExample, scheduleInputExample } from "../../../examples/schedule.ts";

const path = "/api/v1/scheduler/schedules/{id}";
const params = z.object({ id: scheduleId });
const shown = (what: string) => jsonAnswer(schedule, what, { example: scheduleExample, headers: etagHeader });

const read = defineRoute({
  method: "get",
  path,
  scope: "scheduler.schedules.read",
  tag: "schedules",
  summary: "Read a schedule",
  description:
    "The schedule with its next five fires. The ETag is of the revision: `nextFires` moves without it.",
  request: { params },
  responses: { 200: shown("The schedule.") },
});

const editing =
  "Instants that have struck are decided under the old revision, the new one counts from now. " +
  "Needs If-Match with the revision that was read, or `*`.";

const replace = defineRoute({
  method: "put",
  path,
  scope: "scheduler.schedules.write",
  tag: "schedules",
  summary: "Replace a schedule",
  description: `Replaces the whole document; absent fields get their defaults. ${editing}`,
  request: { params, body: jsonBody(scheduleInput, { example: scheduleInputExample }) },
  responses: { 200: shown("The schedule as it is now.") },
  errors: ["conflict", "precondition_required", "precondition_failed"],
});

const patch = defineRoute({
  method: "patch",
  path,
  scope: "scheduler.schedules.write",
  tag: "schedules",
  summary: "Change fields of a schedule",
  description: `Replaces the fields that are given, each whole; absent fields stay. ${editing}`,
  request: { params, body: jsonBody(schedulePatch, { example: { whenCron: "30 3 * * 1-5" } }) },
  responses: { 200: shown("The schedule as it is now.") },
  errors: ["conflict", "precondition_required", "precondition_failed"],
});

const remove = defineRoute({
  method: "delete",
  path,
  scope: "scheduler.schedules.write",
  tag: "schedules",
  summary: "Delete a schedule",
  description:
    "Instants that have struck are decided first. Its runs go on and stay readable. With If-Match only this " +
    "revision is deleted.",
  request: { params },
  responses: { 204: emptyAnswer("It is gone.") },
  errors: ["precondition_failed"],
});

/** Mounts get, replace, patch and delete of one schedule. */
export function mountSchedule(app: HttpApp, engine: Engine): void {
  app.openapi(read, async (c) =>
    answerSchedule(c, await getSchedule(ctxOf(engine, c), c.req.valid("param").id)),
  );
  app.openapi(replace, async (c) => {
    const { id } = c.req.valid("param");
    const edit = { id, revision: readIfMatch(c), input: c.req.valid("json") };
    return answerSchedule(c, await replaceSchedule(ctxOf(engine, c), edit));
  });
  app.openapi(patch, async (c) => {
    const { id } = c.req.valid("param");
    const edit = { id, revision: readIfMatch(c), patch: c.req.valid("json") };
    return answerSchedule(c, await patchSchedule(ctxOf(engine, c), edit));
  });
  app.openapi(remove, async (c) => {
    await deleteSchedule(ctxOf(engine, c), { id: c.req.valid("param").id, revision: readOptionalIfMatch(c) });
    return c.body(null, 204);
  });
}

/** A schedule with the ETag of its revision. */
export function answerSchedule(c: HttpContext, view: ScheduleView) {
  c.header("etag", etagOf(view.revision));
  return c.json(view.schedule, 200);
}
