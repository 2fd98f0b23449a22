import { z } from "@hono/zod-openapi";
import type { Engine } from "../../../../../../engine/context.ts";
import { artifactName } from "../../../../../../engine/jobs/artifact-document.ts";
import { getArtifact } from "../../../../../../engine/jobs/artifacts.ts";
import { jobId } from "../../../../../../engine/jobs/documents.ts";
import { artifactMediaTypes } from "../../../../../../engine/work/put-artifact.ts";
import { contentDigestOf } from "../../../../../../model/blobs/content-digest.ts";
import { attemptMax } from "../../../../../../model/queue/job-message.ts";
import { emptyAnswer, etagHeader, rawAnswer } from "../../../../../../platform/http/answers.ts";
import type { HttpApp } from "../../../../../../platform/http/env.ts";
import { etagOf, notModified } from "../../../../../../platform/http/etag.ts";
import { queryInteger } from "../../../../../../platform/http/query.ts";
import { defineRoute } from "../../../../../../platform/http/route.ts";
import { ctxOf } from "../../../../../ctx.ts";

const route = defineRoute({
  method: "get",
  path: "/api/v1/scheduler/jobs/{id}/artifacts/{name}",
  scope: "scheduler.runs.read",
  tag: "jobs",
  summary: "Download an artifact of a job",
  description:
    "The bytes as a worker stored them, as a file to be saved. Several attempts may have stored one of this name: " +
    "the latest is meant where `attempt` is not given. The ETag is the digest; `Content-Digest` carries it, too.",
  request: {
    params: z.object({ id: jobId, name: artifactName }),
    query: z.object({ attempt: queryInteger(1, attemptMax).optional() }),
  },
  responses: {
    200: rawAnswer(artifactMediaTypes, "The bytes.", {
      headers: {
        ...etagHeader,
        "content-digest": {
          description: "`sha-256=:<base64>:`, RFC 9530.",
          schema: { type: "string" },
        },
        "content-disposition": {
          description: "`attachment`, with the name of the artifact.",
          schema: { type: "string" },
        },
      },
      example: "matched 201 components\n",
    }),
    304: emptyAnswer("The digest in If-None-Match is that of the artifact."),
  },
});

/** Mounts the download of an artifact. */
export function mountJobArtifact(app: HttpApp, engine: Engine): void {
  app.openapi(route, async (c) => {
    const { id, name } = c.req.valid("param");
    const { attempt } = c.req.valid("query");
    const { artifact, open } = await getArtifact(ctxOf(engine, c), { jobId: id, name, attempt });
    const unchanged = notModified(c, etagOf(artifact.digest));
    if (unchanged !== undefined) return unchanged;
    // A worker chose bytes and type: a browser shall save them and never show them as a page of ours.
    return c.body(ReadableStream.from(await open()), 200, {
      "content-type": artifact.mime,
      "content-length": String(artifact.bytes),
      "content-disposition": `attachment; filename="${artifact.name}"`,
      "content-digest": contentDigestOf(artifact.digest),
    });
  });
}
