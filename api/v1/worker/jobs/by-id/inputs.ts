import { z } from "@hono/zod-openapi";
import type { Engine } from "../../../../../engine/context.ts";
import {
  readAdvisories,
  readAdvisoryIndex,
  readInputs,
  readSboms,
} from "../../../../../engine/work/inputs.ts";
import type { JobRequest } from "../../../../../engine/work/open-job.ts";
import {
  advisoryDocuments,
  advisoryIndexAnswer,
  scanInputs,
  scanSboms,
} from "../../../../../model/results/scan-inputs.ts";
import { attemptNumber } from "../../../../../model/queue/job-message.ts";
import { jsonAnswer, jsonBody } from "../../../../../platform/http/answers.ts";
import type { HttpApp, HttpContext } from "../../../../../platform/http/env.ts";
import { defineRoute } from "../../../../../platform/http/route.ts";
import { advisoryExample } from "../../../../examples/advisory.ts";
import { sbomExample } from "../../../../examples/image.ts";
import {
  advisoryDocumentsExample,
  advisoryIndexExample,
  scanInputsExample,
  scanSbomsExample,
} from "../../../../examples/worker.ts";

const params = z.object({ jobId: z.string().regex(/^job_[0-9a-f]{32}$/, "must be a job id") });
const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);

const shared = { method: "post", scope: "worker-key", tag: "worker" } as const;
const onlyWhileOpen = "Served only while this attempt of the job is open; 404 otherwise.";

const inputs = defineRoute({
  ...shared,
  path: "/api/v1/worker/jobs/{jobId}/inputs",
  summary: "Read the segment of a job",
  description: `The images that the job covers, as pinned when its run was planned. ${onlyWhileOpen}`,
  request: {
    params,
    body: jsonBody(z.strictObject({ attempt: attemptNumber }), { example: { attempt: 1 } }),
  },
  responses: { 200: jsonAnswer(scanInputs, "The segment.", { example: scanInputsExample }) },
});

const sboms = defineRoute({
  ...shared,
  path: "/api/v1/worker/jobs/{jobId}/sboms",
  summary: "Read the components of SBOMs",
  description: `Package URLs by SBOM, for SBOMs of the segment. SBOMs that did not fit into the answer are left out: ask again. ${onlyWhileOpen}`,
  request: {
    params,
    body: jsonBody(z.strictObject({ attempt: attemptNumber, digests: z.array(digest).min(1).max(200) }), {
      example: { attempt: 1, digests: [sbomExample.digest] },
    }),
  },
  responses: { 200: jsonAnswer(scanSboms, "The components.", { example: scanSbomsExample }) },
});

const advisoryIndex = defineRoute({
  ...shared,
  path: "/api/v1/worker/jobs/{jobId}/advisories/index",
  summary: "Find the advisories of packages",
  description: `Which records name these package keys, as of the run's feed sequence; keys without a record are left out. ${onlyWhileOpen}`,
  request: {
    params,
    body: jsonBody(
      z.strictObject({
        attempt: attemptNumber,
        keys: z.array(z.string().min(1).max(1_024)).min(1).max(5_000),
      }),
      { example: { attempt: 1, keys: Object.keys(advisoryIndexExample.keys) } },
    ),
  },
  responses: {
    200: jsonAnswer(advisoryIndexAnswer, "Digests and feed sequences by key.", {
      example: advisoryIndexExample,
    }),
  },
});

const advisories = defineRoute({
  ...shared,
  path: "/api/v1/worker/jobs/{jobId}/advisories",
  summary: "Read advisory records",
  description: `Records by digest, to be cached by digest. ${onlyWhileOpen}`,
  request: {
    params,
    body: jsonBody(z.strictObject({ attempt: attemptNumber, digests: z.array(digest).min(1).max(1_000) }), {
      example: { attempt: 1, digests: [advisoryExample.digest] },
    }),
  },
  responses: { 200: jsonAnswer(advisoryDocuments, "The records.", { example: advisoryDocumentsExample }) },
});

export function mountInputs(app: HttpApp, engine: Engine): void {
  app.openapi(inputs, async (c) => c.json(await readInputs(engine, requestOf(c, c.req.valid("json"))), 200));
  app.openapi(sboms, async (c) => {
    const body = c.req.valid("json");
    return c.json(await readSboms(engine, { ...requestOf(c, body), digests: body.digests }), 200);
  });
  app.openapi(advisoryIndex, async (c) => {
    const body = c.req.valid("json");
    return c.json(await readAdvisoryIndex(engine, { ...requestOf(c, body), keys: body.keys }), 200);
  });
  app.openapi(advisories, async (c) => {
    const body = c.req.valid("json");
    const found = await readAdvisories(engine, { ...requestOf(c, body), digests: body.digests });
    // The stored text is canonical JSON of our own: it is passed on, not parsed and written again.
    const items = found.map(({ digest, facts }) => `{"digest":${JSON.stringify(digest)},"facts":${facts}}`);
    return c.body(`{"advisories":[${items.join(",")}]}`, 200, {
      "content-type": "application/json",
    }) as never;
  });
}

function requestOf(c: HttpContext, body: { readonly attempt: number }): JobRequest {
  return { worker: c.var.worker, jobId: c.req.param("jobId") ?? "", attempt: body.attempt };
}
