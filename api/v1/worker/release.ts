import { release } from "../../../engine/work/report.ts";
import type { WorkerDesk } from "../../../engine/work/worker-desk.ts";
import { releaseAnswer, releaseCall, workerCallBytes } from "../../../model/queue/worker-calls.ts";
import { jsonAnswer, jsonBody } from "../../../platform/http/answers.ts";
import type { HttpApp } from "../../../platform/http/env.ts";
import { defineRoute } from "../../../platform/http/route.ts";
import { callerExample, leaseExample, releaseExample } from "../../examples/worker-calls.ts";

const route = defineRoute({
  method: "post",
  path: "/api/v1/worker/release",
  scope: "worker-key",
  tag: "worker",
  summary: "Give jobs back",
  description: "Each goes back to where it stood, with the same attempt; it costs no try.",
  request: { body: jsonBody(releaseCall, { example: { ...callerExample, jobs: [leaseExample] } }) },
  responses: { 200: jsonAnswer(releaseAnswer, "What became of each job.", { example: releaseExample }) },
  errors: ["not_found", "wrong_epoch"],
  maxBodyBytes: workerCallBytes,
});

export function mountRelease(app: HttpApp, desk: WorkerDesk): void {
  app.openapi(route, async (c) => c.json(await release(desk, c.var.worker, c.req.valid("json")), 200));
}
