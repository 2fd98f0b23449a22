import { z } from "@hono/zod-openapi";
import { createLog } from "../../log/log.ts";
import { createMetrics } from "../../metrics/registry.ts";
import { jsonAnswer, jsonBody } from "../answers.ts";
import { createHttpApp } from "../app.ts";
import type { HttpAppOptions } from "../app.ts";
import { createDevAuthenticator } from "../auth/dev.ts";
import { requestStream } from "../body-gate.ts";
import type { HttpApp } from "../env.ts";
import { defineRoute } from "../route.ts";
import { streamBody } from "../stream-body.ts";

/** The caller that the sample app's tests use unless they say otherwise. */
export const annOfAcme = {
  "x-stellaops-tenant": "acme",
  "x-stellaops-actor": "ann",
  "x-stellaops-scopes": "scheduler.schedules.read scheduler.schedules.write",
};

/** An app as a service makes it, with the lines that it logs and no routes of its own. */
export function emptyApp(more: Partial<HttpAppOptions> = {}): {
  app: HttpApp;
  lines: Record<string, unknown>[];
} {
  const lines: Record<string, unknown>[] = [];
  const log = createLog({
    service: "sample",
    level: "debug",
    destination: { write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
  });
  const app = createHttpApp({
    log,
    serviceName: "sample",
    version: "0.0.0",
    auth: createDevAuthenticator(),
    readiness: {},
    metrics: createMetrics("sample", { processMetrics: false }),
    pageTokenKey: "test key",
    ...more,
  });
  return { app, lines };
}

const thing = z.strictObject({
  name: z.string().min(1).max(20),
  timezone: z.string().optional(),
  kind: z.enum(["scan", "doctor"]).default("scan"),
  parts: z
    .array(z.strictObject({ purl: z.string() }))
    .max(10)
    .default([]),
  labels: z.record(z.string(), z.string()).optional(),
});

const read = defineRoute({
  method: "get",
  path: "/api/v1/things/{id}",
  scope: "scheduler.schedules.read",
  tag: "things",
  summary: "Read a thing",
  description: "Answers one thing.",
  request: {
    params: z.object({ id: z.string().regex(/^th_\d+$/, "must look like th_1") }),
    query: z.object({ pageSize: z.string().optional() }),
  },
  responses: { 200: jsonAnswer(z.object({ id: z.string(), tenant: z.string() }), "The thing.") },
});

const write = defineRoute({
  method: "post",
  path: "/api/v1/things",
  scope: "scheduler.schedules.write",
  tag: "things",
  summary: "Write a thing",
  description: "Echoes what was sent.",
  request: { body: jsonBody(thing, { example: { name: "nightly" } }) },
  responses: { 201: jsonAnswer(thing, "The thing.") },
  errors: ["conflict"],
  idempotent: true,
});

const upload = defineRoute({
  method: "put",
  path: "/api/v1/things/{id}/bytes",
  scope: "scheduler.schedules.write",
  tag: "things",
  summary: "Upload bytes",
  description: "Counts the bytes of a stream.",
  request: {
    params: z.object({ id: z.string() }),
    body: streamBody(["application/octet-stream", "application/vnd.cyclonedx+json"], 1000, "Any bytes."),
  },
  responses: { 200: jsonAnswer(z.object({ bytes: z.int() }), "How many there were.") },
});

/** The app with three routes that show the rules: one that reads, one that takes JSON, one that takes a stream. */
export function sampleApp(more: Partial<HttpAppOptions> = {}) {
  const sample = emptyApp(more);
  const { app } = sample;
  app.openapi(read, (c) => c.json({ id: c.req.valid("param").id, tenant: c.var.identity.tenant }, 200));
  app.openapi(write, (c) => c.json(c.req.valid("json"), 201));
  app.openapi(upload, async (c) => {
    let bytes = 0;
    for await (const chunk of requestStream(c)) bytes += chunk.byteLength;
    return c.json({ bytes }, 200);
  });
  return sample;
}

/** Sends a JSON body as Ann of Acme. */
export function postJson(
  app: HttpApp,
  path: string,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
) {
  return app.request(path, {
    method: "POST",
    body,
    headers: { ...annOfAcme, "content-type": "application/json", ...headers },
  });
}
