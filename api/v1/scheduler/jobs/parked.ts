import { z } from "@hono/zod-openapi";
import type { Engine } from "../../../../engine/context.ts";
import { jobId } from "../../../../engine/jobs/documents.ts";
import { listParked } from "../../../../engine/jobs/list-parked.ts";
import { parkedJobDocument, toParkedJobDocument } from "../../../../engine/jobs/parked-documents.ts";
import { parkReason } from "../../../../model/jobs/park-reason.ts";
import { parkedFilter } from "../../../../model/jobs/parked-filter.ts";
import { pageOf } from "../../../../model/paging/page.ts";
import { outcomeErrorClass } from "../../../../model/queue/outcome.ts";
import { runId } from "../../../../model/runs/run.ts";
import { jsonAnswer } from "../../../../platform/http/answers.ts";
import type { HttpApp } from "../../../../platform/http/env.ts";
import { openPage, pageQuery } from "../../../../platform/http/page.ts";
import { queryFlag, queryList } from "../../../../platform/http/query.ts";
import { defineRoute } from "../../../../platform/http/route.ts";
import { ctxOf } from "../../../ctx.ts";
import { parkedJobExample } from "../../../examples/job.ts";

const route = defineRoute({
  method: "get",
  path: "/api/v1/scheduler/jobs/parked",
  scope: "scheduler.runs.read",
  tag: "jobs",
  summary: "List parked jobs",
  description:
    "Jobs that were given up because a budget is spent or two workers called them `permanent`, the newest first. " +
    "Every filter that is given must hold. They stay in the list when a run has taken them up: `redriven=false` " +
    "shows those that wait. How many there are, by kind, reason and error: the preview of a redrive.",
  request: {
    query: z.object({
      ...pageQuery,
      ...parkedFilter.shape,
      reason: queryList(parkReason).optional(),
      errorClass: queryList(outcomeErrorClass).optional(),
      redriven: queryFlag()
        .optional()
        .openapi({ description: "Whether a run has taken them up; both when absent." }),
      redrivenBy: runId.optional().openapi({ description: "Those that this run has taken up." }),
    }),
  },
  responses: {
    200: jsonAnswer(pageOf(parkedJobDocument), "A page of parked jobs.", {
      example: { items: [parkedJobExample] },
    }),
  },
});

/** Milliseconds and id of the last row. */
const place = z.tuple([z.int(), jobId]);

/** Mounts the list of parked jobs. */
export function mountParkedJobs(app: HttpApp, engine: Engine): void {
  app.openapi(route, async (c) => {
    const query = c.req.valid("query");
    const page = openPage(c, query, place);
    const { pageSize: _, pageToken: __, redriven, redrivenBy, ...filter } = query;
    const rows = await listParked(ctxOf(engine, c), {
      filter,
      isRedriven: redriven,
      redrivenBy,
      after: page.after && { parkedAt: new Date(page.after[0]), jobId: page.after[1] },
      limit: page.limit,
    });
    return c.json(
      page.answer(rows, toParkedJobDocument, (row): [number, string] => [
        row.parked_at.getTime(),
        row.job_id,
      ]),
      200,
    );
  });
}
