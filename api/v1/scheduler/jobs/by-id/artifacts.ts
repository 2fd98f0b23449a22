import { z } from "@hono/zod-openapi";
import type { Engine } from "../../../../../engine/context.ts";
import { artifactDocument, toArtifactDocument } from "../../../../../engine/jobs/artifact-document.ts";
import { listArtifacts } from "../../../../../engine/jobs/artifacts.ts";
import { jobId } from "../../../../../engine/jobs/documents.ts";
import { pageOf } from "../../../../../model/paging/page.ts";
import { attemptMax, attemptNumber } from "../../../../../model/queue/job-message.ts";
import { jsonAnswer } from "../../../../../platform/http/answers.ts";
import type { HttpApp } from "../../../../../platform/http/env.ts";
import { openPage, pageQuery } from "../../../../../platform/http/page.ts";
import { queryInteger } from "../../../../../platform/http/query.ts";
import { defineRoute } from "../../../../../platform/http/route.ts";
import { ctxOf } from "../../../../ctx.ts";
import { artifactExample } from "../../../../examples/job.ts";

const route = defineRoute({
  method: "get",
  path: "/api/v1/scheduler/jobs/{id}/artifacts",
  scope: "scheduler.runs.read",
  tag: "jobs",
  summary: "List the artifacts of a job",
  description: "What the attempts of the job have stored, by attempt and name.",
  request: {
    params: z.object({ id: jobId }),
    query: z.object({ ...pageQuery, attempt: queryInteger(1, attemptMax).optional() }),
  },
  responses: {
    200: jsonAnswer(pageOf(artifactDocument), "A page of artifacts.", {
      example: { items: [artifactExample] },
    }),
  },
});

const place = z.strictObject({ attempt: attemptNumber, name: z.string() });

/** Mounts the artifacts of a job. */
export function mountJobArtifacts(app: HttpApp, engine: Engine): void {
  app.openapi(route, async (c) => {
    const query = c.req.valid("query");
    const page = openPage(c, query, place);
    const rows = await listArtifacts(ctxOf(engine, c), {
      jobId: c.req.valid("param").id,
      attempt: query.attempt,
      after: page.after,
      limit: page.limit,
    });
    return c.json(
      page.answer(rows, toArtifactDocument, ({ attempt, name }) => ({ attempt, name })),
      200,
    );
  });
}
