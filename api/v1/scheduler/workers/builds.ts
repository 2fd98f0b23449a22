import type { Engine } from "../../../../engine/context.ts";
import { buildList, showBuilds } from "../../../../engine/workers/builds.ts";
import { jsonAnswer } from "../../../../platform/http/answers.ts";
import type { HttpApp } from "../../../../platform/http/env.ts";
import { defineRoute } from "../../../../platform/http/route.ts";
import { ctxOf } from "../../../ctx.ts";
import { buildExample } from "../../../examples/fleet.ts";

const route = defineRoute({
  method: "get",
  path: "/api/v1/scheduler/workers/builds",
  scope: "scheduler.admin",
  tag: "workers",
  summary: "List builds of workers",
  description:
    "Which builds work now, and how their late results of the last 30 days stand to the accepted ones. A build whose " +
    "results differ does not give the same answer to the same inputs as the one that was accepted.",
  responses: { 200: jsonAnswer(buildList, "The builds.", { example: { items: [buildExample] } }) },
});

/** Mounts the list of builds. */
export function mountBuilds(app: HttpApp, engine: Engine): void {
  app.openapi(route, async (c) => c.json(await showBuilds(ctxOf(engine, c)), 200));
}
