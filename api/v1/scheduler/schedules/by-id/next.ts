import { z } from "@hono/zod-openapi";
import type { Engine } from "../../../../../engine/context.ts";
import { nextAnswer, nextCountMax, nextInstantsOf } from "../../../../../engine/schedules/next.ts";
import { scheduleId } from "../../../../../model/schedules/schedule.ts";
import { jsonAnswer } from "../../../../../platform/http/answers.ts";
import type { HttpApp } from "../../../../../platform/http/env.ts";
import { queryInteger } from "../../../../../platform/http/query.ts";
import { defineRoute } from "../../../../../platform/http/route.ts";
import { ctxOf } from "../../../../ctx.ts";

const route = defineRoute({
  method: "get",
  path: "/api/v1/scheduler/schedules/{id}/next",
  scope: "scheduler.schedules.read",
  tag: "schedules",
  summary: "Read when a schedule fires next",
  description: "The coming instants with their jitter, by the function that fires, also while it is paused.",
  request: {
    params: z.object({ id: scheduleId }),
    query: z.object({
      count: queryInteger(1, nextCountMax).default(5).openapi({ description: "How many.", default: 5 }),
    }),
  },
  responses: {
    200: jsonAnswer(nextAnswer, "The instants.", {
      example: {
        enabled: true,
        fires: [{ nominalAt: "2026-05-02T00:00:00.000Z", dueAt: "2026-05-02T00:00:17.412Z" }],
      },
    }),
  },
});

/** Mounts the coming instants of a schedule. */
export function mountNext(app: HttpApp, engine: Engine): void {
  app.openapi(route, async (c) => {
    const input = { id: c.req.valid("param").id, count: c.req.valid("query").count };
    return c.json(await nextInstantsOf(ctxOf(engine, c), input), 200);
  });
}
