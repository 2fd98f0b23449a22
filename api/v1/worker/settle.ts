import { settle } from "../../../engine/work/report.ts";
import type { WorkerDesk } from "../../../engine/work/worker-desk.ts";
import { settleAnswer, settleCall, workerCallBytes } from "../../../model/queue/worker-calls.ts";
import { jsonAnswer, jsonBody } from "../../../platform/http/answers.ts";
import type { HttpApp } from "../../../platform/http/env.ts";
import { defineRoute } from "../../../platform/http/route.ts";
import { callerExample, leaseExample, settleExample } from "../../examples/worker-calls.ts";

const route = defineRoute({
  method: "post",
  path: "/api/v1/worker/settle",
  scope: "worker-key",
  tag: "worker",
  summary: "Settle jobs",
  description:
    "Ends attempts with their outcomes. May be repeated: what was taken is `known` the second time.",
  request: {
    body: jsonBody(settleCall, {
      example: { ...callerExample, jobs: [{ ...leaseExample, outcome: '{"status":"succeeded"}' }] },
    }),
  },
  responses: { 200: jsonAnswer(settleAnswer, "What became of each outcome.", { example: settleExample }) },
  errors: ["not_found", "wrong_epoch"],
  maxBodyBytes: workerCallBytes,
});

export function mountSettle(app: HttpApp, desk: WorkerDesk): void {
  app.openapi(route, async (c) => c.json(await settle(desk, c.var.worker, c.req.valid("json")), 200));
}
