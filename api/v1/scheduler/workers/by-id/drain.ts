import { z } from "@hono/zod-openapi";
import type { Engine } from "../../../../../engine/context.ts";
import { drainWorker, undrainWorker } from "../../../../../engine/workers/drain-worker.ts";
import { told } from "../../../../../engine/workers/told.ts";
import { workerId } from "../../../../../model/workers/worker.ts";
import { jsonAnswer } from "../../../../../platform/http/answers.ts";
import type { HttpApp } from "../../../../../platform/http/env.ts";
import { defineRoute } from "../../../../../platform/http/route.ts";
import { ctxOf } from "../../../../ctx.ts";
import { toldExample } from "../../../../examples/fleet.ts";

const drain = defineRoute({
  method: "post",
  path: "/api/v1/scheduler/workers/{workerId}/drain",
  scope: "scheduler.admin",
  tag: "workers",
  summary: "Drain a worker",
  description:
    "The worker hears with its next claim or beat that it shall take nothing new, finish what it has and leave. " +
    "Whatever starts it again starts a new worker: to keep that out, drain the pool. Needs `platform.admin` and the " +
    "header `X-StellaOps-Operator-Reason`. Again: the newer reason stands.",
  request: { params: z.object({ workerId }) },
  responses: { 200: jsonAnswer(told, "How it stands now.", { example: toldExample }) },
});

const undrain = defineRoute({
  method: "post",
  path: "/api/v1/scheduler/workers/{workerId}/undrain",
  scope: "scheduler.admin",
  tag: "workers",
  summary: "Let a worker go on",
  description:
    "A worker that has not heard of its drain yet goes on; one that has leaves all the same. A drain of its pool " +
    "still stands. Needs `platform.admin`. Again: no change.",
  request: { params: z.object({ workerId }) },
  responses: {
    200: jsonAnswer(told, "How it stands now.", { example: { ...toldExample, draining: 0 } }),
  },
});

/** Mounts drain and undrain of a worker. */
export function mountDrainWorker(app: HttpApp, engine: Engine): void {
  app.openapi(drain, async (c) =>
    c.json(await drainWorker(ctxOf(engine, c), c.req.valid("param").workerId), 200),
  );
  app.openapi(undrain, async (c) =>
    c.json(await undrainWorker(ctxOf(engine, c), c.req.valid("param").workerId), 200),
  );
}
