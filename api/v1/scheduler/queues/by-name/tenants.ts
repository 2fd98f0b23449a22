import { z } from "@hono/zod-openapi";
import type { Engine } from "../../../../../engine/context.ts";
import {
  limitTenant,
  tenantLimit,
  tenantLimitDocument,
} from "../../../../../engine/queue/settings/limit-tenant.ts";
import { tenantId } from "../../../../../model/identity/tenant.ts";
import { poolName } from "../../../../../model/pools/pool.ts";
import { jsonAnswer, jsonBody } from "../../../../../platform/http/answers.ts";
import type { HttpApp } from "../../../../../platform/http/env.ts";
import { defineRoute } from "../../../../../platform/http/route.ts";
import { ctxOf } from "../../../../ctx.ts";
import { limitExample } from "../../../../examples/queue.ts";

const route = defineRoute({
  method: "put",
  path: "/api/v1/scheduler/queues/{queue}/tenants/{tenant}",
  scope: "scheduler.admin",
  tag: "queues",
  summary: "Set the weight and the cap of a tenant",
  description:
    "Takes effect at once, on jobs that wait already too. Weight 1 without a cap is what every tenant has that " +
    "nobody set. Needs `platform.admin` and the header `X-StellaOps-Operator-Reason`.",
  request: {
    params: z.object({ queue: poolName, tenant: tenantId }),
    body: jsonBody(tenantLimit, { example: { weight: 2, maxLeased: 50 } }),
  },
  responses: { 200: jsonAnswer(tenantLimitDocument, "What is set now.", { example: limitExample }) },
});

/** Mounts the limits of a tenant on a queue. */
export function mountQueueTenant(app: HttpApp, engine: Engine): void {
  app.openapi(route, async (c) => {
    const limit = c.req.valid("json");
    return c.json(await limitTenant(ctxOf(engine, c), { ...c.req.valid("param"), limit }), 200);
  });
}
