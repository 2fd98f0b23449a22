import { claimJobs } from "../../../engine/work/claim.ts";
import type { WorkerDesk } from "../../../engine/work/worker-desk.ts";
import {
  claimAnswer,
  claimCall,
  claimWaitSeconds,
  workerCallBytes,
} from "../../../model/queue/worker-calls.ts";
import { jsonAnswer, jsonBody } from "../../../platform/http/answers.ts";
import type { HttpApp } from "../../../platform/http/env.ts";
import { defineRoute } from "../../../platform/http/route.ts";
import { callerExample, claimExample } from "../../examples/worker-calls.ts";

const route = defineRoute({
  method: "post",
  path: "/api/v1/worker/claim",
  scope: "worker-key",
  tag: "worker",
  summary: "Claim jobs",
  description:
    "Takes at most `free` jobs of the kinds named; neither may be more than the worker registered. While there is " +
    `no work the answer takes up to \`waitSeconds\` (${claimWaitSeconds} at most). A claim ends an earlier one ` +
    "of the same worker that still waits. Jobs whose worker hung up before the answer was sent go back at once.",
  request: {
    body: jsonBody(claimCall, { example: { ...callerExample, free: 4, kinds: ["scan"], waitSeconds: 20 } }),
  },
  responses: { 200: jsonAnswer(claimAnswer, "What the worker was given.", { example: claimExample }) },
  errors: ["not_found", "wrong_epoch"],
  maxBodyBytes: workerCallBytes,
});

export function mountClaim(app: HttpApp, desk: WorkerDesk): void {
  app.openapi(route, async (c) => {
    const signals = { gone: c.req.raw.signal, closing: c.var.services.closing };
    return c.json(await claimJobs(desk, c.var.worker, c.req.valid("json"), signals), 200);
  });
}
