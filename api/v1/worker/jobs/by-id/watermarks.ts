import { z } from "@hono/zod-openapi";
import type { Engine } from "../../../../../engine/context.ts";
import { jobId } from "../../../../../engine/jobs/documents.ts";
import { advanceWatermark, readWatermark } from "../../../../../engine/work/watermarks.ts";
import { attemptMax } from "../../../../../model/queue/job-message.ts";
import { watermark, watermarkMove, watermarkName } from "../../../../../model/watermarks/watermark.ts";
import { jsonAnswer, jsonBody } from "../../../../../platform/http/answers.ts";
import type { HttpApp } from "../../../../../platform/http/env.ts";
import { queryInteger } from "../../../../../platform/http/query.ts";
import { defineRoute } from "../../../../../platform/http/route.ts";
import { watermarkExample } from "../../../../examples/watermark.ts";

const path = "/api/v1/worker/jobs/{jobId}/watermarks/{name}";
const shared = { path, scope: "worker-key", tag: "worker" } as const;
const params = z.object({ jobId, name: watermarkName });
const query = z.object({ attempt: queryInteger(1, attemptMax) });
const ofTheJob =
  "It belongs to the tenant and the kind of the job. Served only while this attempt of the job is open.";

const read = defineRoute({
  ...shared,
  method: "get",
  summary: "Read a watermark",
  description: `How far jobs of this kind have come under this name. ${ofTheJob}`,
  request: { params, query },
  responses: { 200: jsonAnswer(watermark, "The watermark.", { example: watermarkExample }) },
});

const advance = defineRoute({
  ...shared,
  method: "put",
  summary: "Advance a watermark",
  description:
    "Moves it from the value that was read. When it has another by now, nothing changes and `advanced` is false; " +
    `the answer says how it stands. The same move again by the same job is true again. ${ofTheJob}`,
  request: {
    params,
    query,
    body: jsonBody(watermarkMove, {
      example: { from: watermarkExample.value, to: "2026-05-02T01:00:00.000Z", monotone: true },
    }),
  },
  responses: {
    200: jsonAnswer(z.object({ advanced: z.boolean(), watermark }), "How the watermark stands.", {
      example: { advanced: true, watermark: { ...watermarkExample, revision: 8 } },
    }),
  },
  errors: ["conflict"],
});

/** Mounts what a job does with the watermarks of its kind. */
export function mountJobWatermarks(app: HttpApp, engine: Engine): void {
  app.openapi(read, async (c) => {
    const { jobId, name } = c.req.valid("param");
    const { attempt } = c.req.valid("query");
    return c.json(await readWatermark(engine, { worker: c.var.worker, jobId, attempt, name }), 200);
  });
  app.openapi(advance, async (c) => {
    const { jobId, name } = c.req.valid("param");
    const { attempt } = c.req.valid("query");
    const move = c.req.valid("json");
    return c.json(await advanceWatermark(engine, { worker: c.var.worker, jobId, attempt, name, move }), 200);
  });
}
