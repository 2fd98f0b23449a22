import { z } from "@hono/zod-openapi";
import type { Engine } from "../../../engine/context.ts";
import { type QueueDirections, registerWorker } from "../../../engine/work/register.ts";
import { jobKind } from "../../../model/queue/job-message.ts";
import { queueLimits } from "../../../model/queue/limits.ts";
import { workerTransports } from "../../../model/queue/transport.ts";
import { jsonAnswer, jsonBody } from "../../../platform/http/answers.ts";
import type { HttpApp } from "../../../platform/http/env.ts";
import { defineRoute } from "../../../platform/http/route.ts";
import { registrationExample } from "../../examples/worker.ts";

const shortText = z.string().max(200);

const introduction = z.strictObject({
  protocolVersions: z.array(z.int().min(1)).min(1).max(16),
  kinds: z.array(jobKind).min(1).max(queueLimits.kindsPerWorker),
  sdk: z.strictObject({ language: shortText, version: shortText }),
  build: shortText.optional(),
  host: shortText.optional(),
  concurrency: z.int().min(1).max(1_000),
  replaces: shortText.optional().meta({
    description: "The id that it had before, when it registers again: what operators told that one holds on.",
  }),
  transport: z.enum(workerTransports).optional().meta({
    description: "How the worker wants to reach the queue; `valkey` when absent.",
  }),
});

const shared = {
  workerId: z.string(),
  queue: z.string(),
  epoch: z.string(),
  leaseSeconds: z.number(),
  beatSeconds: z.number(),
  protocolVersion: z.int(),
  transports: z.array(z.enum(workerTransports)).meta({ description: "What this server offers." }),
};

const registration = z.discriminatedUnion("transport", [
  z.object({
    ...shared,
    transport: z.literal("valkey"),
    keyPrefix: z.string(),
    valkey: z.object({ url: z.string(), username: z.string() }),
  }),
  z.object({
    ...shared,
    transport: z.literal("https"),
    https: z.object({
      path: z.string().meta({ description: "Where the calls lie, below the address of the API." }),
      waitSeconds: z.number().meta({ description: "The longest that a claim may wait." }),
    }),
  }),
]);

const route = defineRoute({
  method: "post",
  path: "/api/v1/worker/register",
  scope: "worker-key",
  tag: "worker",
  summary: "Register a worker",
  description:
    "Tells a worker where its queue is and under which id and epoch it works. The password of the Valkey user " +
    "is the secret of the worker key; a worker of the transport `https` hears nothing of Valkey and calls the " +
    "routes below `/api/v1/worker`. 403 when the server does not offer the transport. Register again after " +
    "`WRONG_EPOCH`.",
  request: {
    body: jsonBody(introduction, {
      example: {
        protocolVersions: [1],
        kinds: ["scan"],
        sdk: { language: "typescript", version: "0.1.0" },
        concurrency: 4,
      },
    }),
  },
  responses: { 200: jsonAnswer(registration, "Registered.", { example: registrationExample }) },
  errors: ["conflict", "forbidden"],
});

export function mountRegister(app: HttpApp, engine: Engine, directions: QueueDirections): void {
  app.openapi(route, async (c) => {
    const answer = await registerWorker(engine, directions, c.var.worker, c.req.valid("json"));
    return c.json(answer, 200);
  });
}
