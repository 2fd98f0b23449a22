import { feedsDocument, readFeeds } from "../../../engine/advisories/read.ts";
import type { Engine } from "../../../engine/context.ts";
import { jsonAnswer } from "../../../platform/http/answers.ts";
import type { HttpApp } from "../../../platform/http/env.ts";
import { defineRoute } from "../../../platform/http/route.ts";
import { ctxOf } from "../../ctx.ts";
import { feedsExample } from "../../examples/advisory.ts";

const route = defineRoute({
  method: "get",
  path: "/api/v1/scheduler/feeds",
  scope: "scheduler.admin",
  tag: "advisories",
  summary: "Read the state of the feeds",
  description: "The feed sequence, and how many records the shared feed and the tenant's own hold.",
  responses: { 200: jsonAnswer(feedsDocument, "The feeds.", { example: feedsExample }) },
});

/** Mounts the state of the feeds. */
export function mountFeeds(app: HttpApp, engine: Engine): void {
  app.openapi(route, async (c) => c.json(await readFeeds(ctxOf(engine, c)), 200));
}
