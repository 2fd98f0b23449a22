import { z } from "@hono/zod-openapi";
import { jsonAnswer } from "../answers.ts";
import type { HttpApp } from "../env.ts";
import { createReadiness } from "../readiness.ts";
import type { ReadinessChecks } from "../readiness.ts";
import { defineRoute } from "../route.ts";
import type { Log } from "../../log/log.ts";

const liveDocument = z.object({ status: z.literal("ok"), service: z.string(), version: z.string() });

const readyDocument = z.object({
  status: z.enum(["ready", "not_ready"]),
  checks: z.array(
    z.object({
      name: z.string(),
      ok: z.boolean(),
      ms: z.int().meta({ description: "Milliseconds that the check took." }),
      error: z.string().optional(),
    }),
  ),
});

const live = defineRoute({
  method: "get",
  path: "/healthz",
  scope: "public",
  tag: "system",
  summary: "Ask whether the process lives",
  description: "Answers as long as the process runs; says nothing about what it depends on.",
  responses: {
    200: jsonAnswer(liveDocument, "It lives.", {
      example: { status: "ok", service: "scheduler-web", version: "0.1.0" },
    }),
  },
});

const ready = defineRoute({
  method: "get",
  path: "/readyz",
  scope: "public",
  tag: "system",
  summary: "Ask whether the process can do its work",
  description: "Checks each dependency, for two seconds at most, and answers a line for each.",
  responses: {
    200: jsonAnswer(readyDocument, "Every dependency works.", {
      example: { status: "ready", checks: [{ name: "postgres", ok: true, ms: 2 }] },
    }),
    503: jsonAnswer(readyDocument, "One does not, or the process is stopping.", {
      example: {
        status: "not_ready",
        checks: [{ name: "postgres", ok: false, ms: 2_000, error: "no answer within 2000 ms" }],
      },
    }),
  },
});

export interface HealthOptions {
  readonly service: string;
  readonly version: string;
  readonly log: Log;
  readonly checks: ReadinessChecks;
  readonly closing: AbortSignal;
}

export function mountHealth(app: HttpApp, options: HealthOptions): void {
  const { service, version, closing } = options;
  const ask = createReadiness(options.checks, options.log);
  app.openapi(live, (c) => c.json({ status: "ok" as const, service, version }, 200));
  app.openapi(ready, async (c) => {
    const checks = await ask();
    const isReady = !closing.aborted && checks.every((line) => line.ok);
    const document = { status: isReady ? ("ready" as const) : ("not_ready" as const), checks };
    return c.json(document, isReady ? 200 : 503);
  });
}
