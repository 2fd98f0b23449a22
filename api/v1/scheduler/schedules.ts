import { z } from "@hono/zod-openapi";
import type { Engine } from "../../../engine/context.ts";
import { createSchedule } from "../../../engine/schedules/create.ts";
import { listSchedules } from "../../../engine/schedules/read.ts";
import { pageOf } from "../../../model/paging/page.ts";
import { jobKind } from "../../../model/queue/job-message.ts";
import { schedule, scheduleId, scheduleInput } from "../../../model/schedules/schedule.ts";
import { plainText } from "../../../model/text.ts";
import { etagHeader, jsonAnswer, jsonBody } from "../../../platform/http/answers.ts";
import type { HttpApp } from "../../../platform/http/env.ts";
import { etagOf } from "../../../platform/http/etag.ts";
import { readIdempotency } from "../../../platform/http/idempotency.ts";
import { openPage, pageQuery } from "../../../platform/http/page.ts";
import { queryFlag } from "../../../platform/http/query.ts";
import { defineRoute } from "../../../platform/http/route.ts";
import { answerOnce } from "../../answer-once.ts";
import { ctxOf } from "../../ctx.ts";
import { scheduleExample, scheduleInputExample } from "../../examples/schedule.ts";
import { labelQuery, labelsOf } from "../../label-query.ts";

const path = "/api/v1/scheduler/schedules";

const create = defineRoute({
  method: "post",
  path,
  scope: "scheduler.schedules.write",
  tag: "schedules",
  summary: "Create a schedule",
  description:
    "Fires runs over the selected images at the instants of a cron expression (five fields, six with the seconds " +
    "first) in an IANA time zone, counted from now. `enabled: false` makes it paused. Settings that are not " +
    "honoured yet are refused at their field.",
  request: { body: jsonBody(scheduleInput, { example: scheduleInputExample }) },
  responses: {
    201: jsonAnswer(schedule, "The schedule.", { example: scheduleExample, headers: etagHeader }),
  },
  errors: ["conflict"],
  idempotent: true,
});

const list = defineRoute({
  method: "get",
  path,
  scope: "scheduler.schedules.read",
  tag: "schedules",
  summary: "List schedules",
  description: "Schedules in the order in which they were made. Every filter that is given must hold.",
  request: {
    query: z.object({
      ...pageQuery,
      enabled: queryFlag().optional(),
      jobKind: jobKind.optional(),
      label: labelQuery,
      namePrefix: plainText(200).optional(),
    }),
  },
  responses: {
    200: jsonAnswer(pageOf(schedule), "A page of schedules.", { example: { items: [scheduleExample] } }),
  },
});

/** Mounts create and list of schedules. */
export function mountSchedules(app: HttpApp, engine: Engine): void {
  app.openapi(create, async (c) => {
    const input = c.req.valid("json");
    const answer = await createSchedule(ctxOf(engine, c), { input, key: readIdempotency(c) });
    return answerOnce(c, path, answer, etagOf(1));
  });
  app.openapi(list, async (c) => {
    const query = c.req.valid("query");
    const { label, pageSize: _, pageToken: __, ...filter } = query;
    const page = openPage(c, query, scheduleId);
    const { rows, show } = await listSchedules(ctxOf(engine, c), {
      filter: { ...filter, labels: labelsOf(label) },
      after: page.after ?? "",
      limit: page.limit,
    });
    return c.json(
      page.answer(rows, show, (row) => row.schedule_id),
      200,
    );
  });
}
