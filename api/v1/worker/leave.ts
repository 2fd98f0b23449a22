import { leave } from "../../../engine/work/report.ts";
import type { WorkerDesk } from "../../../engine/work/worker-desk.ts";
import { leaveCall, workerCallBytes } from "../../../model/queue/worker-calls.ts";
import { emptyAnswer, jsonBody } from "../../../platform/http/answers.ts";
import type { HttpApp } from "../../../platform/http/env.ts";
import { defineRoute } from "../../../platform/http/route.ts";
import { callerExample } from "../../examples/worker-calls.ts";

const route = defineRoute({
  method: "post",
  path: "/api/v1/worker/leave",
  scope: "worker-key",
  tag: "worker",
  summary: "Say goodbye",
  description:
    "The worker's last call. What it still holds stays leased until the lease ends; give it back before.",
  request: { body: jsonBody(leaveCall, { example: callerExample }) },
  responses: { 204: emptyAnswer("Goodbye.") },
  errors: ["not_found", "wrong_epoch"],
  maxBodyBytes: workerCallBytes,
});

export function mountLeave(app: HttpApp, desk: WorkerDesk): void {
  app.openapi(route, async (c) => {
    await leave(desk, c.var.worker, c.req.valid("json"));
    return c.body(null, 204);
  });
}
