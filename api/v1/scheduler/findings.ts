import { z } from "@hono/zod-openapi";
import type { Engine } from "../../../engine/context.ts";
import { listFindings } from "../../../engine/findings/list.ts";
import { exampleFinding } from "../../../model/findings/example-finding.ts";
import { findingsCoverage, findingView } from "../../../model/findings/finding-view.ts";
import { imageDigest, namespace, repository } from "../../../model/images/image.ts";
import { pageOf } from "../../../model/paging/page.ts";
import type { HttpApp } from "../../../platform/http/env.ts";
import { openPage, pageQuery } from "../../../platform/http/page.ts";
import { defineRoute } from "../../../platform/http/route.ts";
import { ctxOf } from "../../ctx.ts";
import { fileAnswer, filesDescription, findingsAnswer, formatOf } from "./findings/files.ts";
import { findingsQuery } from "./findings/query.ts";

const findingsPage = pageOf(findingView).extend({ coverage: findingsCoverage });

const example = {
  items: [exampleFinding()],
  coverage: {
    images: 200,
    imagesWithResult: 198,
    components: 8_120,
    matchable: 7_904,
    notCovered: 131,
    countedAt: "2026-05-02T06:00:00.000Z",
  },
};

const route = defineRoute({
  method: "get",
  path: "/api/v1/scheduler/findings",
  scope: "scheduler.runs.read",
  tag: "findings",
  summary: "List findings",
  description:
    "Findings of all images, in the order in which they were found. Every filter that is given must hold. " +
    "`coverage` says what the answer rests on: how many of the images in question (by image, repository and " +
    "namespace) have a result, and how many of their components advisories can speak of. It is counted for the " +
    `first page and carried along by its token.\n\n${filesDescription}`,
  request: {
    query: z.object({
      ...pageQuery,
      ...findingsQuery,
      image: imageDigest.optional().openapi({ description: "The digest of an image." }),
      repository: repository.optional(),
      namespace: namespace.optional(),
    }),
  },
  responses: { 200: findingsAnswer(findingsPage, "A page of findings, or a file of them.", example) },
});

/** The last finding of a page, and what the first page rested on. */
const cursor = z.tuple([z.int(), findingsCoverage]);

/** Mounts the list of findings of all images. */
export function mountFindings(app: HttpApp, engine: Engine): void {
  app.openapi(route, async (c) => {
    const query = c.req.valid("query");
    const { pageSize: _size, pageToken, format, ...filter } = query;
    const ctx = ctxOf(engine, c);
    const form = formatOf(c, format);
    if (form !== "json") return (await fileAnswer(c, ctx, form, { filter, pageToken })) as never;
    const page = openPage(c, query, cursor);
    const { findings, coverage } = await listFindings(ctx, {
      filter,
      after: page.after?.[0],
      coverage: page.after?.[1],
      limit: page.limit,
    });
    const answer = page.answer(
      findings,
      ({ view }) => view,
      ({ place }) => [place, coverage],
    );
    return c.json({ ...answer, coverage }, 200);
  });
}
