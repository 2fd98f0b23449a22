import type { z } from "@hono/zod-openapi";
import { accepts } from "hono/accepts";
import {
  csvFindingsMax,
  exportCsv,
  type ExportInput,
  exportSarif,
  sarifFindingsMax,
} from "../../../../engine/findings/export.ts";
import type { FindingsReader } from "../../../../engine/findings/list.ts";
import { canonicalJson } from "../../../../model/canonical.ts";
import { invalidField } from "../../../../model/errors.ts";
import { buildSarif } from "../../../../model/findings/sarif.ts";
import { matcherVersion } from "../../../../model/matching/matcher-version.ts";
import { jsonAnswer } from "../../../../platform/http/answers.ts";
import type { HttpContext } from "../../../../platform/http/env.ts";

export type FindingsFormat = "json" | "csv" | "sarif";

const csvType = "text/csv";
const sarifType = "application/sarif+json";

/** What the descriptions of both lists say about files. */
export const filesDescription =
  `As CSV (\`Accept: ${csvType}\` or \`?format=csv\`) the answer holds all findings that the filter means, ` +
  `${csvFindingsMax.toLocaleString("en")} at most, in the order in which they were found. As SARIF 2.1.0 ` +
  `(\`${sarifType}\` or \`?format=sarif\`) it holds the worst ${sarifFindingsMax.toLocaleString("en")}. ` +
  "Files have no pages: `X-Findings-Truncated` says whether there is more, `X-Findings-Coverage` what they rest on.";

const fileHeaders = {
  "x-findings-truncated": {
    description: "Of files: `true` when more findings answer the question than the file holds.",
    schema: { type: "string" },
  },
  "x-findings-coverage": {
    description: "Of files: the coverage, as JSON.",
    schema: { type: "string" },
  },
} as const;

/**
 * The answer of a list of findings in each of its forms. The forms beside JSON stand in the description
 * only: for the types a route answers JSON.
 */
export function findingsAnswer<Schema extends z.ZodType>(
  schema: Schema,
  description: string,
  example: unknown,
) {
  const answer = jsonAnswer(schema, description, { example, headers: fileHeaders });
  const text = { schema: { type: "string" as const } };
  const files = { [csvType]: text, [sarifType]: { schema: { type: "object" as const } } };
  return { ...answer, content: { ...answer.content, ...files } as typeof answer.content };
}

/** The form that a request asks for, by `format` or else by `Accept`. */
export function formatOf(c: HttpContext, format: FindingsFormat | undefined): FindingsFormat {
  c.header("vary", "accept", { append: true });
  if (format !== undefined) return format;
  const type = accepts(c, {
    header: "Accept",
    supports: ["application/json", csvType, sarifType],
    default: "application/json",
  });
  if (type === csvType) return "csv";
  return type === sarifType ? "sarif" : "json";
}

/** Answers with a file. @throws DomainError `invalid` for a page token: files have no pages. */
export async function fileAnswer(
  c: HttpContext,
  ctx: FindingsReader,
  format: "csv" | "sarif",
  input: ExportInput & { readonly pageToken: string | undefined },
): Promise<Response> {
  if (input.pageToken !== undefined) {
    throw invalidField("pageToken", "belongs to the pages of JSON answers; a file holds all at once");
  }
  if (format === "sarif") {
    const { findings, ...facts } = await exportSarif(ctx, input);
    const document = buildSarif(findings, { toolVersion: `matcher-${matcherVersion}`, ...facts });
    return file(c, `${sarifType}; charset=utf-8`, "findings.sarif", facts, canonicalJson(document));
  }
  const { pieces, ...facts } = await exportCsv(ctx, input);
  return file(c, `${csvType}; charset=utf-8; header=present`, "findings.csv", facts, bytesOf(c, pieces));
}

function file(
  c: HttpContext,
  type: string,
  name: string,
  facts: { readonly coverage: unknown; readonly isTruncated: boolean },
  body: string | ReadableStream,
): Response {
  return c.body(body, 200, {
    "content-type": type,
    "content-disposition": `attachment; filename="${name}"`,
    "x-findings-truncated": String(facts.isTruncated),
    "x-findings-coverage": canonicalJson(facts.coverage),
  });
}

/** Bytes as fast as the client reads them. An error breaks the answer off, so that no client takes it for whole. */
function bytesOf(
  c: HttpContext,
  pieces: AsyncGenerator<string, void, undefined>,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const next = await pieces.next();
          if (next.done === true) controller.close();
          else controller.enqueue(encoder.encode(next.value));
        } catch (error) {
          c.var.log.error({ err: error }, "a file of findings broke off");
          controller.error(error);
        }
      },
      async cancel() {
        await pieces.return();
      },
    },
    { highWaterMark: 1 },
  );
}
