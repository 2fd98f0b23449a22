import type { Engine } from "../../../engine/context.ts";
import { impactAnswer, impactRequest, resolveImpact } from "../../../engine/impact/resolve-impact.ts";
import { jsonAnswer, jsonBody } from "../../../platform/http/answers.ts";
import type { HttpApp } from "../../../platform/http/env.ts";
import { defineRoute } from "../../../platform/http/route.ts";
import { ctxOf } from "../../ctx.ts";
import { impactExample } from "../../examples/impact.ts";

const route = defineRoute({
  method: "post",
  path: "/api/v1/scheduler/impact",
  scope: "scheduler.runs.preview",
  tag: "impact",
  summary: "Ask which images are touched",
  description:
    "Resolves package URLs, advisories or a selection to images, and counts them by namespace and repository. " +
    "A package URL means all versions, one (`pkg:npm/lodash@4.17.20`) or a range " +
    "(`pkg:npm/lodash@vers:npm%2F%3C4.17.21`, or as qualifier `?vers=vers:npm/<4.17.21`). An advisory, by id or " +
    "alias, touches what it affects and what the record that it replaced affected. With a selection beside them " +
    "both must hold. Changes nothing.",
  request: {
    body: jsonBody(impactRequest, { example: { purls: ["pkg:npm/lodash@vers:npm%2F%3C4.17.21"] } }),
  },
  responses: { 200: jsonAnswer(impactAnswer, "The set of images.", { example: impactExample }) },
});

/** Mounts the impact question. */
export function mountImpact(app: HttpApp, engine: Engine): void {
  app.openapi(route, async (c) => c.json(await resolveImpact(ctxOf(engine, c), c.req.valid("json")), 200));
}
