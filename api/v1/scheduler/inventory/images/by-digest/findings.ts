import { z } from "@hono/zod-openapi";
import type { Engine } from "../../../../../../engine/context.ts";
import { listFindingsOfImage } from "../../../../../../engine/findings/list.ts";
import { exampleFinding } from "../../../../../../model/findings/example-finding.ts";
import { findingView, imageFindingsCoverage } from "../../../../../../model/findings/finding-view.ts";
import { imageDigest } from "../../../../../../model/images/image.ts";
import { pageOf } from "../../../../../../model/paging/page.ts";
import type { HttpApp } from "../../../../../../platform/http/env.ts";
import { openPage, pageQuery } from "../../../../../../platform/http/page.ts";
import { defineRoute } from "../../../../../../platform/http/route.ts";
import { ctxOf } from "../../../../../ctx.ts";
import { fileAnswer, filesDescription, findingsAnswer, formatOf } from "../../../findings/files.ts";
import { findingsQuery } from "../../../findings/query.ts";

const findingsPage = pageOf(findingView).extend({ coverage: imageFindingsCoverage });

const example = {
  items: [exampleFinding()],
  coverage: {
    images: 1,
    imagesWithResult: 1,
    components: 412,
    matchable: 405,
    notCovered: 7,
    countedAt: "2026-05-02T06:00:00.000Z",
    result: {
      runId: "run_0198c2f400007000800000000000abcd",
      finishedAt: "2026-05-01T08:30:00.000Z",
      feedSequence: 4_291,
      matcherVersion: 1,
      isOfCurrentSbom: true,
    },
  },
};

const route = defineRoute({
  method: "get",
  path: "/api/v1/scheduler/inventory/images/{digest}/findings",
  scope: "scheduler.runs.read",
  tag: "findings",
  summary: "List the findings of an image",
  description:
    "Findings of one image, worst first: by severity, then by CVSS score. `coverage` says what the answer rests " +
    "on, with the result that it comes from; without a result no finding means nothing.\n\n" +
    filesDescription,
  request: {
    params: z.object({ digest: imageDigest }),
    query: z.object({ ...pageQuery, ...findingsQuery }),
  },
  responses: { 200: findingsAnswer(findingsPage, "A page of findings, or a file of them.", example) },
});

/** Severity rank, score, id of the last finding of a page. */
const cursor = z.tuple([z.int(), z.number(), z.int()]);

/** Mounts the list of findings of one image. */
export function mountImageFindings(app: HttpApp, engine: Engine): void {
  app.openapi(route, async (c) => {
    const query = c.req.valid("query");
    const { pageSize: _size, pageToken, format, ...filter } = query;
    const { digest } = c.req.valid("param");
    const ctx = ctxOf(engine, c);
    const form = formatOf(c, format);
    if (form !== "json") return (await fileAnswer(c, ctx, form, { filter, digest, pageToken })) as never;
    const page = openPage(c, query, cursor);
    const { findings, coverage } = await listFindingsOfImage(ctx, {
      digest,
      filter,
      after: page.after,
      limit: page.limit,
    });
    const answer = page.answer(
      findings,
      ({ view }) => view,
      ({ place }) => place,
    );
    return c.json({ ...answer, coverage }, 200);
  });
}
