import { z } from "@hono/zod-openapi";
import type { Engine } from "../../../../../engine/context.ts";
import {
  fireDocument,
  fireVerdict,
  listFires,
  toFireDocument,
} from "../../../../../engine/schedules/list-fires.ts";
import { pageOf } from "../../../../../model/paging/page.ts";
import { scheduleId } from "../../../../../model/schedules/schedule.ts";
import { timestamp } from "../../../../../model/time/timestamp.ts";
import { jsonAnswer } from "../../../../../platform/http/answers.ts";
import type { HttpApp } from "../../../../../platform/http/env.ts";
import { openPage, pageQuery } from "../../../../../platform/http/page.ts";
import { queryList } from "../../../../../platform/http/query.ts";
import { defineRoute } from "../../../../../platform/http/route.ts";
import { ctxOf } from "../../../../ctx.ts";
import { runExample } from "../../../../examples/run.ts";

const route = defineRoute({
  method: "get",
  path: "/api/v1/scheduler/schedules/{id}/fires",
  scope: "scheduler.schedules.read",
  tag: "schedules",
  summary: "Read the fire ledger of a schedule",
  description:
    "Every instant that was due has one verdict here, newest first. The oldest instants of a gap of more than a " +
    "hundred share one row.",
  request: {
    params: z.object({ id: scheduleId }),
    query: z.object({ ...pageQuery, verdict: queryList(fireVerdict).optional() }),
  },
  responses: {
    200: jsonAnswer(pageOf(fireDocument), "A page of fires.", {
      example: {
        items: [
          {
            nominalAt: "2026-05-02T00:00:00.000Z",
            verdict: "started",
            decidedAt: "2026-05-02T00:00:00.010Z",
            lagMs: 10,
            runId: runExample.id,
            scheduleRevision: 1,
            count: 1,
            lastNominalAt: "2026-05-02T00:00:00.000Z",
          },
        ],
      },
    }),
  },
});

/** Mounts the fire ledger of a schedule. */
export function mountFires(app: HttpApp, engine: Engine): void {
  app.openapi(route, async (c) => {
    const query = c.req.valid("query");
    const page = openPage(c, query, timestamp);
    const rows = await listFires(ctxOf(engine, c), {
      scheduleId: c.req.valid("param").id,
      verdicts: query.verdict,
      before: page.after === undefined ? undefined : new Date(page.after),
      limit: page.limit,
    });
    return c.json(
      page.answer(rows, toFireDocument, (row) => row.nominal_at.toISOString()),
      200,
    );
  });
}
