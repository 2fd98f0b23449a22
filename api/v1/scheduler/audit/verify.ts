import { z } from "@hono/zod-openapi";
import { verifyAudit } from "../../../../engine/audit/verify.ts";
import type { Engine } from "../../../../engine/context.ts";
import { jsonAnswer } from "../../../../platform/http/answers.ts";
import type { HttpApp } from "../../../../platform/http/env.ts";
import { defineRoute } from "../../../../platform/http/route.ts";
import { ctxOf } from "../../../ctx.ts";

const verdict = z.object({
  entries: z.int().meta({ description: "Entries from the first on that are in order." }),
  ok: z.boolean().meta({ description: "Whether the whole chain is." }),
  firstBroken: z
    .object({ seq: z.int(), why: z.string() })
    .optional()
    .meta({ description: "The first entry that does not fit; nothing behind it was looked at." }),
  head: z
    .object({ seq: z.int(), hash: z.string() })
    .optional()
    .meta({ description: "The recorded end of the chain; absent while the tenant has no entry." }),
});

const route = defineRoute({
  method: "get",
  path: "/api/v1/scheduler/audit/verify",
  scope: "scheduler.admin",
  tag: "audit",
  summary: "Verify the audit chain",
  description:
    "Computes every hash of the tenant's chain again, from the first entry to the recorded end. Note the head " +
    "outside of the system from time to time: an end that was cut off together with its head shows only by it.",
  responses: {
    200: jsonAnswer(verdict, "What the walk along the chain found; `ok` says whether it is whole.", {
      example: { entries: 17, ok: true, head: { seq: 17, hash: "a1".repeat(32) } },
    }),
  },
});

/** Mounts the verification of the audit chain. */
export function mountAuditVerify(app: HttpApp, engine: Engine): void {
  app.openapi(route, async (c) => c.json(await verifyAudit(ctxOf(engine, c)), 200));
}
