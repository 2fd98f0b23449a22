import { z } from "@hono/zod-openapi";
import type { Engine } from "../../../../../engine/context.ts";
import { artifactDocument, artifactName } from "../../../../../engine/jobs/artifact-document.ts";
import {
  artifactMaxBytes,
  artifactMediaTypes,
  putArtifact,
} from "../../../../../engine/work/put-artifact.ts";
import { parseContentDigest } from "../../../../../model/blobs/content-digest.ts";
import { attemptMax } from "../../../../../model/queue/job-message.ts";
import { jsonAnswer } from "../../../../../platform/http/answers.ts";
import { requestStream } from "../../../../../platform/http/body-gate.ts";
import type { HttpApp } from "../../../../../platform/http/env.ts";
import { queryInteger } from "../../../../../platform/http/query.ts";
import { defineRoute } from "../../../../../platform/http/route.ts";
import { streamBody } from "../../../../../platform/http/stream-body.ts";
import { storedArtifactExample } from "../../../../examples/worker.ts";

const route = defineRoute({
  method: "put",
  path: "/api/v1/worker/jobs/{jobId}/artifacts/{name}",
  scope: "worker-key",
  tag: "worker",
  summary: "Store an artifact of a job",
  description:
    "Streams bytes into the store under a name. `Content-Digest: sha-256=:…:` (RFC 9530), when given, must fit. " +
    "The same bytes again answer the same. Served only while this attempt of the job is open.",
  request: {
    params: z.object({
      jobId: z.string().regex(/^job_[0-9a-f]{32}$/, "must be a job id"),
      name: artifactName,
    }),
    query: z.object({
      attempt: queryInteger(1, attemptMax),
      lease: queryInteger(0, 999_999_999_999_999).optional(),
    }),
    body: streamBody(artifactMediaTypes, artifactMaxBytes, "The bytes.", {
      "text/plain": "matched 201 components\n",
    }),
  },
  responses: {
    200: jsonAnswer(
      artifactDocument.pick({ name: true, uri: true, digest: true, bytes: true }),
      "Stored, or there already.",
      { example: storedArtifactExample },
    ),
  },
  errors: ["conflict"],
});

export function mountArtifacts(app: HttpApp, engine: Engine): void {
  app.openapi(route, async (c) => {
    const { jobId, name } = c.req.valid("param");
    const stored = await putArtifact(engine, {
      worker: c.var.worker,
      jobId,
      attempt: c.req.valid("query").attempt,
      name,
      mime: c.req.header("content-type") ?? "application/octet-stream",
      digest: parseContentDigest(c.req.header("content-digest")),
      bytes: requestStream(c),
    });
    return c.json(stored, 200);
  });
}
