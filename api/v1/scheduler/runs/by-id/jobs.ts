import { z } from "@hono/zod-openapi";
import type { Engine } from "../../../../../engine/context.ts";
import { jobDocument, jobId } from "../../../../../engine/jobs/documents.ts";
import { listJobs } from "../../../../../engine/runs/list-jobs.ts";
import { jobStates } from "../../../../../model/jobs/states.ts";
import { pageOf } from "../../../../../model/paging/page.ts";
import { runId } from "../../../../../model/runs/run.ts";
import { jsonAnswer } from "../../../../../platform/http/answers.ts";
import type { HttpApp } from "../../../../../platform/http/env.ts";
import { openPage, pageQuery } from "../../../../../platform/http/page.ts";
import { queryList } from "../../../../../platform/http/query.ts";
import { defineRoute } from "../../../../../platform/http/route.ts";
import { ctxOf } from "../../../../ctx.ts";
import { jobExample } from "../../../../examples/job.ts";

const route = defineRoute({
  method: "get",
  path: "/api/v1/scheduler/runs/{id}/jobs",
  scope: "scheduler.runs.read",
  tag: "runs",
  summary: "List the jobs of a run",
  description:
    "Segments of the run's impact snapshot, in the order in which they were made. Open jobs carry `live`, what the " +
    "queue says of them now; it is left out while the queue cannot be asked.",
  request: {
    params: z.object({ id: runId }),
    query: z.object({ ...pageQuery, state: queryList(z.enum(jobStates)).optional() }),
  },
  responses: {
    200: jsonAnswer(pageOf(jobDocument), "A page of jobs.", { example: { items: [jobExample] } }),
  },
});

/** Mounts the jobs of a run. */
export function mountRunJobs(app: HttpApp, engine: Engine): void {
  app.openapi(route, async (c) => {
    const query = c.req.valid("query");
    const page = openPage(c, query, jobId);
    const { rows, show } = await listJobs(ctxOf(engine, c), {
      runId: c.req.valid("param").id,
      states: query.state,
      after: page.after ?? "",
      limit: page.limit,
    });
    return c.json(
      page.answer(rows, show, (row) => row.job_id),
      200,
    );
  });
}
