import { z } from "@hono/zod-openapi";
import type { Engine } from "../../../../../engine/context.ts";
import { followRun } from "../../../../../engine/runs/stream/follow-run.ts";
import { createRunPollers } from "../../../../../engine/runs/stream/run-poller.ts";
import { startOfStream } from "../../../../../engine/runs/stream/start-of-stream.ts";
import { runId } from "../../../../../model/runs/run.ts";
import { emptyAnswer, rawAnswer } from "../../../../../platform/http/answers.ts";
import type { HttpApp } from "../../../../../platform/http/env.ts";
import { defineRoute } from "../../../../../platform/http/route.ts";
import { eventStream } from "../../../../../platform/http/sse.ts";
import { ctxOf } from "../../../../ctx.ts";

const example = `id: 3
event: stateChanged
data: {"at":"2026-05-02T00:00:00.170Z","from":"queued","to":"running"}

event: segmentProgress
data: {"counts":{"cancelled":0,"failed":0,"fresh":20,"incomplete":2,"planned":180,"succeeded":64},"segments":{"open":21,"parked":0,"total":32},"state":"running"}
`;

const route = defineRoute({
  method: "get",
  path: "/api/v1/scheduler/runs/{id}/stream",
  scope: "scheduler.runs.read",
  tag: "runs",
  summary: "Follow a run",
  description:
    "Server-sent events. `stateChanged`, `deltaSummary` (sums since the start) and `completed` have an id, are kept, " +
    "and are told again after `Last-Event-ID`; without one the stream begins with the first. `segmentProgress` is a " +
    "snapshot of the counts, at most one a second, without an id. `heartbeat` comes every 15 seconds. `reset` says " +
    "that the place to resume from is not known and that the stream starts over. It ends after `completed`; asked " +
    "for again with that id it answers 204, at which browsers stop to ask.",
  request: {
    params: z.object({ id: runId }),
    headers: z.object({
      "last-event-id": z.string().max(200).optional().meta({ description: "The last id that was seen." }),
    }),
  },
  responses: {
    200: rawAnswer("text/event-stream", "The events.", { example }),
    204: emptyAnswer("The run has ended and everything was told."),
  },
});

/** Mounts the event stream of a run. */
export function mountRunStream(app: HttpApp, engine: Engine): void {
  const pollers = createRunPollers(engine);
  app.openapi(route, async (c) => {
    const ctx = ctxOf(engine, c);
    const lastEventId = c.req.valid("header")["last-event-id"] || undefined;
    const runId = c.req.valid("param").id;
    const start = await startOfStream(ctx, { runId, lastEventId });
    if (start.isOver) return c.body(null, 204);
    return eventStream(c, (sink) => followRun(ctx, pollers, { runId, start }, sink));
  });
}
