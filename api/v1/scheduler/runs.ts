import { z } from "@hono/zod-openapi";
import type { Engine } from "../../../engine/context.ts";
import { createRun } from "../../../engine/runs/create.ts";
import { runCreation } from "../../../engine/runs/creation.ts";
import { listRuns } from "../../../engine/runs/read.ts";
import { pageOf } from "../../../model/paging/page.ts";
import { run, runId, runTriggers } from "../../../model/runs/run.ts";
import { runStates } from "../../../model/runs/states.ts";
import { scheduleId } from "../../../model/schedules/schedule.ts";
import { timestamp } from "../../../model/time/timestamp.ts";
import { jsonAnswer, jsonBody } from "../../../platform/http/answers.ts";
import type { HttpApp } from "../../../platform/http/env.ts";
import { readIdempotency } from "../../../platform/http/idempotency.ts";
import { openPage, pageQuery } from "../../../platform/http/page.ts";
import { queryList } from "../../../platform/http/query.ts";
import { defineRoute } from "../../../platform/http/route.ts";
import { answerOnce } from "../../answer-once.ts";
import { ctxOf } from "../../ctx.ts";
import { runExample } from "../../examples/run.ts";

const path = "/api/v1/scheduler/runs";

const create = defineRoute({
  method: "post",
  path,
  scope: "scheduler.runs.write",
  tag: "runs",
  summary: "Create a run",
  description:
    "Runs over a schedule's selection (`scheduleId`), a `selection` of images, or only the images that `advisories` " +
    "or `purls` touch; exactly one of the four. Images whose result is fresh are left out unless `force` is true. " +
    "The run has the trigger `manual` and the class `event` for advisories and package URLs, `interactive` " +
    "otherwise. It is in planning when this answers.",
  request: { body: jsonBody(runCreation, { example: { advisories: ["GHSA-35jh-r3h4-6jhm"] } }) },
  responses: { 201: jsonAnswer(run, "The run, in planning.", { example: runExample }) },
  idempotent: true,
});

const list = defineRoute({
  method: "get",
  path,
  scope: "scheduler.runs.read",
  tag: "runs",
  summary: "List runs",
  description: "Runs, newest first, without their deltas. Every filter that is given must hold.",
  request: {
    query: z.object({
      ...pageQuery,
      state: queryList(z.enum(runStates)).optional(),
      trigger: queryList(z.enum(runTriggers)).optional(),
      scheduleId: scheduleId.optional(),
      createdAfter: timestamp.optional(),
      createdBefore: timestamp.optional(),
    }),
  },
  responses: { 200: jsonAnswer(pageOf(run), "A page of runs.", { example: { items: [runExample] } }) },
});

/** Mounts create and list of runs. */
export function mountRuns(app: HttpApp, engine: Engine): void {
  app.openapi(create, async (c) => {
    const creation = c.req.valid("json");
    const answer = await createRun(ctxOf(engine, c), { creation, key: readIdempotency(c) });
    return answerOnce(c, path, answer);
  });
  app.openapi(list, async (c) => {
    const query = c.req.valid("query");
    const page = openPage(c, query, runId);
    const { rows, show } = await listRuns(ctxOf(engine, c), {
      filter: {
        states: query.state,
        triggers: query.trigger,
        scheduleId: query.scheduleId,
        createdAfter: dateOf(query.createdAfter),
        createdBefore: dateOf(query.createdBefore),
      },
      before: page.after,
      limit: page.limit,
    });
    return c.json(
      page.answer(rows, show, (row) => row.run_id),
      200,
    );
  });
}

const dateOf = (text: string | undefined) => (text === undefined ? undefined : new Date(text));
