import { z } from "@hono/zod-openapi";
import { advisoryDocument } from "../../../../engine/advisories/documents.ts";
import { getAdvisory } from "../../../../engine/advisories/read.ts";
import type { Engine } from "../../../../engine/context.ts";
import { plainText } from "../../../../model/text.ts";
import { emptyAnswer, etagHeader, jsonAnswer } from "../../../../platform/http/answers.ts";
import type { HttpApp } from "../../../../platform/http/env.ts";
import { etagOf, notModified } from "../../../../platform/http/etag.ts";
import { queryInteger } from "../../../../platform/http/query.ts";
import { defineRoute } from "../../../../platform/http/route.ts";
import { ctxOf } from "../../../ctx.ts";
import { advisoryExample } from "../../../examples/advisory.ts";

const route = defineRoute({
  method: "get",
  path: "/api/v1/scheduler/advisories/{id}",
  scope: "scheduler.inventory.read",
  tag: "advisories",
  summary: "Read an advisory",
  description:
    "The record of an id that counts for the tenant: its own in front of the shared one, now or as of a feed " +
    "sequence. The ETag is its feed sequence.",
  request: {
    params: z.object({ id: plainText(256) }),
    query: z.object({
      asOfSeq: queryInteger(0, 999_999_999_999_999)
        .optional()
        .openapi({ description: "The record that counted at this feed sequence, as runs pin it." }),
    }),
  },
  responses: {
    200: jsonAnswer(advisoryDocument, "The record.", { headers: etagHeader, example: advisoryExample }),
    304: emptyAnswer("The sequence in If-None-Match is the current one."),
  },
});

/** Mounts get of one advisory. */
export function mountAdvisory(app: HttpApp, engine: Engine): void {
  app.openapi(route, async (c) => {
    const { asOfSeq } = c.req.valid("query");
    const advisory = await getAdvisory(ctxOf(engine, c), { id: c.req.valid("param").id, asOfSeq });
    return (notModified(c, etagOf(advisory.sequence)) as never) ?? c.json(advisory, 200);
  });
}
