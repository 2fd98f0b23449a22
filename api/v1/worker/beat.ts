import { beat } from "../../../engine/work/report.ts";
import type { WorkerDesk } from "../../../engine/work/worker-desk.ts";
import { beatAnswer, beatCall, workerCallBytes } from "../../../model/queue/worker-calls.ts";
import { jsonAnswer, jsonBody } from "../../../platform/http/answers.ts";
import type { HttpApp } from "../../../platform/http/env.ts";
import { defineRoute } from "../../../platform/http/route.ts";
import { callerExample, leaseExample, beatExample } from "../../examples/worker-calls.ts";

const route = defineRoute({
  method: "post",
  path: "/api/v1/worker/beat",
  scope: "worker-key",
  tag: "worker",
  summary: "Keep jobs",
  description: "Renews the leases of the jobs named, which may be none. Must come every `beatMs`.",
  request: {
    body: jsonBody(beatCall, {
      example: { ...callerExample, jobs: [{ ...leaseExample, progress: '{"done":3,"total":200}' }] },
    }),
  },
  responses: {
    200: jsonAnswer(beatAnswer, "What is to become of the worker and of each job.", { example: beatExample }),
  },
  errors: ["not_found", "wrong_epoch"],
  maxBodyBytes: workerCallBytes,
});

export function mountBeat(app: HttpApp, desk: WorkerDesk): void {
  app.openapi(route, async (c) => c.json(await beat(desk, c.var.worker, c.req.valid("json")), 200));
}
