import { z } from "@hono/zod-openapi";
import type { Engine } from "../../../../engine/context.ts";
import { drainPool, undrainPool } from "../../../../engine/workers/drain-pool.ts";
import { told } from "../../../../engine/workers/told.ts";
import { poolName } from "../../../../model/pools/pool.ts";
import { jsonAnswer, jsonBody } from "../../../../platform/http/answers.ts";
import type { HttpApp } from "../../../../platform/http/env.ts";
import { defineRoute } from "../../../../platform/http/route.ts";
import { ctxOf } from "../../../ctx.ts";
import { toldExample } from "../../../examples/fleet.ts";

const body = jsonBody(z.strictObject({ pool: poolName }), { example: { pool: "default" } });

const drain = defineRoute({
  method: "post",
  path: "/api/v1/scheduler/workers/drain",
  scope: "scheduler.admin",
  tag: "workers",
  summary: "Drain a pool",
  description:
    "All workers of the pool hear with their next claim or beat that they shall take nothing new, finish what they " +
    "have and leave. Until the drain is lifted nobody can register for the pool: workers that start wait. Needs " +
    "`platform.admin` and the header `X-StellaOps-Operator-Reason`. Again: the newer reason stands.",
  request: { body },
  responses: { 200: jsonAnswer(told, "How its workers stand now.", { example: toldExample }) },
});

const undrain = defineRoute({
  method: "post",
  path: "/api/v1/scheduler/workers/undrain",
  scope: "scheduler.admin",
  tag: "workers",
  summary: "Let a pool work again",
  description:
    "Workers that have not heard of the drain yet go on, and workers can register again. A worker with a drain of " +
    "its own still drains. Needs `platform.admin`. Again: no change.",
  request: { body },
  responses: {
    200: jsonAnswer(told, "How its workers stand now.", { example: { ...toldExample, draining: 0 } }),
  },
});

/** Mounts drain and undrain of a pool. */
export function mountDrainPool(app: HttpApp, engine: Engine): void {
  app.openapi(drain, async (c) => c.json(await drainPool(ctxOf(engine, c), c.req.valid("json").pool), 200));
  app.openapi(undrain, async (c) =>
    c.json(await undrainPool(ctxOf(engine, c), c.req.valid("json").pool), 200),
  );
}
