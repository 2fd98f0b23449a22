import { z } from "@hono/zod-openapi";
import { auditDocument, listAudit } from "../../../engine/audit/list.ts";
import type { Engine } from "../../../engine/context.ts";
import { pageOf } from "../../../model/paging/page.ts";
import { plainText } from "../../../model/text.ts";
import { timestamp } from "../../../model/time/timestamp.ts";
import { jsonAnswer } from "../../../platform/http/answers.ts";
import type { HttpApp } from "../../../platform/http/env.ts";
import { openPage, pageQuery } from "../../../platform/http/page.ts";
import { defineRoute } from "../../../platform/http/route.ts";
import { ctxOf } from "../../ctx.ts";

const example = {
  items: [
    {
      seq: 17,
      at: "2026-05-01T08:30:00.000Z",
      actor: "ann@example.com",
      action: "schedule.pause",
      targetKind: "schedule",
      targetId: "sch_0198c2f400007000800000000000abcd",
      details: { enabled: [true, false] },
      reason: "Maintenance of the registry",
      ticket: "OPS-42",
      requestId: "0198c2f4000070008000000000000000",
      previousHash: "5e".repeat(32),
      hash: "a1".repeat(32),
    },
  ],
};

const route = defineRoute({
  method: "get",
  path: "/api/v1/scheduler/audit",
  scope: "scheduler.admin",
  tag: "audit",
  summary: "List the audit",
  description:
    "Changes of state by people and services, the newest first. Every filter that is given must hold. Entries " +
    "are never changed: each carries the hash of the one before.",
  request: {
    query: z.object({
      ...pageQuery,
      actor: plainText(200).min(1).optional(),
      action: plainText(100).min(1).optional().openapi({ example: "schedule.pause" }),
      targetKind: plainText(100).min(1).optional().openapi({ example: "schedule" }),
      targetId: plainText(300).min(1).optional(),
      from: timestamp.optional().openapi({ description: "Entries at this instant or later." }),
      to: timestamp.optional().openapi({ description: "Entries before this instant." }),
    }),
  },
  responses: { 200: jsonAnswer(pageOf(auditDocument), "A page of entries.", { example }) },
});

/** Mounts the list of audit entries. */
export function mountAudit(app: HttpApp, engine: Engine): void {
  app.openapi(route, async (c) => {
    const query = c.req.valid("query");
    const { pageSize: _size, pageToken: _token, from, to, ...filter } = query;
    const page = openPage(c, query, z.int());
    const entries = await listAudit(ctxOf(engine, c), {
      filter: { ...filter, from: instantOf(from), to: instantOf(to) },
      before: page.after,
      limit: page.limit,
    });
    const answer = page.answer(
      entries,
      (entry) => entry,
      (entry) => entry.seq,
    );
    return c.json(answer, 200);
  });
}

function instantOf(text: string | undefined): Date | undefined {
  return text === undefined ? undefined : new Date(text);
}
