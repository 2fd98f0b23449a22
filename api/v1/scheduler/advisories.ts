import { z } from "@hono/zod-openapi";
import { advisorySummary, toAdvisorySummary } from "../../../engine/advisories/documents.ts";
import { readZipLines } from "../../../engine/advisories/read-zip.ts";
import { listAdvisories } from "../../../engine/advisories/read.ts";
import { upsertAdvisories, upsertSummary } from "../../../engine/advisories/upsert-many.ts";
import { upsertAdvisory, upsertedAdvisory } from "../../../engine/advisories/upsert-one.ts";
import type { Feed } from "../../../engine/advisories/feed.ts";
import type { Ctx, Engine } from "../../../engine/context.ts";
import { spoolUpload } from "../../../engine/inventory/spooled-upload.ts";
import { severityLevelSchema } from "../../../model/advisories/severity.ts";
import { pageOf } from "../../../model/paging/page.ts";
import { plainText } from "../../../model/text.ts";
import { timestamp } from "../../../model/time/timestamp.ts";
import { jsonAnswer } from "../../../platform/http/answers.ts";
import { requestStream } from "../../../platform/http/body-gate.ts";
import type { HttpApp, HttpContext } from "../../../platform/http/env.ts";
import { answerAgain, readIdempotency } from "../../../platform/http/idempotency.ts";
import { readLines } from "../../../platform/http/ndjson.ts";
import { openPage, pageQuery } from "../../../platform/http/page.ts";
import { queryFlag } from "../../../platform/http/query.ts";
import { defineRoute } from "../../../platform/http/route.ts";
import { ctxOf } from "../../ctx.ts";
import {
  advisorySummaryExample,
  osvExample,
  upsertedAdvisoryExample,
  upsertSummaryExample,
} from "../../examples/advisory.ts";
import { documentOrLines, isLines, mediaTypeOf, readDocument } from "./inventory/document-or-lines.ts";

/** The archive of all ecosystems of OSV is below 1 GB, as lines some 4 GB. */
const maxBodyBytes = 4_000_000_000;
const maxZipBytes = 2_000_000_000;
/** The largest records name every version of a kernel, some 5 MB. */
const maxRecordBytes = 16_000_000;

const path = "/api/v1/scheduler/advisories";
const zipType = "application/zip";

const upsert = defineRoute({
  method: "post",
  path,
  scope: "scheduler.inventory.write",
  tag: "advisories",
  summary: "Add or update advisories",
  description:
    "Upserts OSV 1.x records: one (JSON), one a line (NDJSON), or a zip archive of JSON files as OSV publishes " +
    "them. Records are kept as facts, without prose. A record replaces the one with its id unless it was " +
    "modified earlier (`stale`); the same facts are `unchanged`. A withdrawn record stays and matches nothing. " +
    "Each new record gets the next number of the feed sequence. Of many, a bad one is told by its line (its place " +
    "in the archive) and costs only itself. A tenant's own record stands in front of the shared one with its id. " +
    "`feed=shared` writes for all tenants and needs `platform.admin` too.",
  request: {
    query: z.object({ feed: z.enum(["tenant", "shared"]).default("tenant") }),
    body: documentOrLines(undefined, {
      maxBytes: maxBodyBytes,
      description: "One OSV record, or many.",
      otherTypes: [zipType],
      example: osvExample,
    }),
  },
  responses: {
    200: jsonAnswer(z.union([upsertSummary, upsertedAdvisory]), "What became of them.", {
      example: upsertSummaryExample,
    }),
    201: jsonAnswer(upsertedAdvisory, "One record, with an id that is new.", {
      example: upsertedAdvisoryExample,
    }),
  },
  idempotent: true,
});

const list = defineRoute({
  method: "get",
  path,
  scope: "scheduler.inventory.read",
  tag: "advisories",
  summary: "List advisories",
  description:
    "The current records that count for the tenant, shared ones included, newest first. Every filter that is " +
    "given must hold.",
  request: {
    query: z.object({
      ...pageQuery,
      purl: z
        .string()
        .max(4_096)
        .optional()
        .openapi({ description: "Records that name this package; its version is ignored." }),
      ecosystem: plainText(256)
        .optional()
        .openapi({ description: "As OSV writes it: `Go`, `Debian:12`, or `Debian` for all releases." }),
      alias: plainText(256).optional(),
      severity: severityLevelSchema.optional(),
      modifiedSince: timestamp.optional(),
      withdrawn: queryFlag().optional(),
    }),
  },
  responses: {
    200: jsonAnswer(pageOf(advisorySummary), "A page of records.", {
      example: { items: [advisorySummaryExample] },
    }),
  },
});

/** Mounts upsert and list of advisories. */
export function mountAdvisories(app: HttpApp, engine: Engine): void {
  app.openapi(upsert, async (c) => {
    const { feed } = c.req.valid("query");
    const ctx = ctxOf(engine, c);
    if (isLines(c)) {
      const lines = readLines(requestStream(c), { maxLineBytes: maxRecordBytes });
      return c.json(await upsertAdvisories(ctx, { feed, lines }), 200);
    }
    if (mediaTypeOf(c) === zipType) return c.json(await upsertArchive(ctx, feed, c), 200);
    const document = await readDocument(c, maxRecordBytes);
    const answer = await upsertAdvisory(ctx, { feed, document, key: readIdempotency(c) });
    return (answer.isReplay ? answerAgain(c, answer) : c.json(answer.body, answer.status as 200)) as never;
  });
  app.openapi(list, async (c) => {
    const query = c.req.valid("query");
    const { pageSize: _, pageToken: __, withdrawn, ...question } = query;
    const page = openPage(c, query, z.int());
    const rows = await listAdvisories(ctxOf(engine, c), {
      question: { ...question, isWithdrawn: withdrawn },
      before: page.after ?? Number.MAX_SAFE_INTEGER,
      limit: page.limit,
    });
    return c.json(
      page.answer(rows, toAdvisorySummary, ({ seq }) => seq),
      200,
    );
  });
}

/** The table of contents of an archive is at its end: it is spooled first. */
async function upsertArchive(ctx: Ctx, feed: Feed, c: HttpContext) {
  const upload = await spoolUpload(requestStream(c), maxZipBytes);
  try {
    return await upsertAdvisories(ctx, { feed, lines: readZipLines(upload.path) });
  } finally {
    await upload.remove();
  }
}
