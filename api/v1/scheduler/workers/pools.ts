import type { Engine } from "../../../../engine/context.ts";
import { poolList, showPools } from "../../../../engine/workers/pools.ts";
import { jsonAnswer } from "../../../../platform/http/answers.ts";
import type { HttpApp } from "../../../../platform/http/env.ts";
import { defineRoute } from "../../../../platform/http/route.ts";
import { ctxOf } from "../../../ctx.ts";
import { poolExample } from "../../../examples/fleet.ts";

const route = defineRoute({
  method: "get",
  path: "/api/v1/scheduler/workers/pools",
  scope: "scheduler.admin",
  tag: "workers",
  summary: "List pools of workers",
  description:
    "The pools that all tenants share and the tenant's own, with `platform.admin` every one, by name: its workers by state, and the drain.",
  responses: { 200: jsonAnswer(poolList, "The pools.", { example: { items: [poolExample] } }) },
});

/** Mounts the list of pools. */
export function mountPools(app: HttpApp, engine: Engine): void {
  app.openapi(route, async (c) => c.json({ items: await showPools(ctxOf(engine, c)) }, 200));
}
