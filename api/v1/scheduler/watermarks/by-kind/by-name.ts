import { z } from "@hono/zod-openapi";
import type { Engine } from "../../../../../engine/context.ts";
import { resetWatermark } from "../../../../../engine/watermarks/reset.ts";
import { jobKind } from "../../../../../model/queue/job-message.ts";
import { watermark, watermarkName, watermarkValue } from "../../../../../model/watermarks/watermark.ts";
import { jsonAnswer, jsonBody } from "../../../../../platform/http/answers.ts";
import type { HttpApp } from "../../../../../platform/http/env.ts";
import { defineRoute } from "../../../../../platform/http/route.ts";
import { ctxOf } from "../../../../ctx.ts";
import { watermarkExample } from "../../../../examples/watermark.ts";

const route = defineRoute({
  method: "put",
  path: "/api/v1/scheduler/watermarks/{kind}/{name}",
  scope: "scheduler.runs.manage",
  tag: "watermarks",
  summary: "Reset a watermark",
  description:
    "Sends it to a value, or with null to the start: what lies between is worked on again, or never. A job that is " +
    "about to move it finds that it was overtaken. Needs the header `X-StellaOps-Operator-Reason`.",
  request: {
    params: z.object({ kind: jobKind, name: watermarkName }),
    body: jsonBody(z.strictObject({ value: watermarkValue.nullable() }), {
      example: { value: "2026-05-01T00:00:00.000Z" },
    }),
  },
  responses: { 200: jsonAnswer(watermark, "How it stands now.", { example: watermarkExample }) },
});

/** Mounts the reset of a watermark. */
export function mountWatermark(app: HttpApp, engine: Engine): void {
  app.openapi(route, async (c) => {
    const { value } = c.req.valid("json");
    return c.json(await resetWatermark(ctxOf(engine, c), { ...c.req.valid("param"), value }), 200);
  });
}
