import { z } from "@hono/zod-openapi";
import { DomainError } from "../../../../model/errors.ts";
import { requestStream } from "../../../../platform/http/body-gate.ts";
import type { HttpContext } from "../../../../platform/http/env.ts";
import { fieldErrors } from "../../../../platform/http/field-errors.ts";
import { parseJsonBody } from "../../../../platform/http/json-body.ts";
import { ndjsonType } from "../../../../platform/http/ndjson-answer.ts";
import { countBytes } from "../../../../platform/http/read-limited.ts";
import { type StreamBody, streamBody } from "../../../../platform/http/stream-body.ts";

/**
 * A body that is one JSON document or a stream of them, one a line. The API description shows the
 * document's schema; the handler reads the body, so that nothing buffers a stream.
 */
export function documentOrLines(
  document: z.ZodType | undefined,
  more: {
    readonly maxBytes: number;
    readonly description: string;
    readonly otherTypes?: readonly string[];
    readonly example?: unknown;
  },
): StreamBody {
  const { maxBytes, description, otherTypes = [], example } = more;
  const body = streamBody(["application/json", ndjsonType, ...otherTypes], maxBytes, description, {
    ...(example !== undefined && { [ndjsonType]: linesOf([example]) }),
  });
  // As plain JSON schema: a zod schema here would make the library read the body.
  const schema = document === undefined ? { type: "object" } : z.toJSONSchema(document, { io: "input" });
  const json = { schema, ...(example !== undefined && { example }) };
  return { ...body, content: { ...body.content, "application/json": json } } as StreamBody;
}

/**
 * The answer to such a body: that to a document, or lines. The lines stand in the description only: for the types
 * a route answers JSON.
 */
export function orLines<Answer extends { content: object }>(
  answer: Answer,
  example: readonly unknown[],
): Answer {
  const lines = { schema: { type: "string" }, example: linesOf(example) };
  return { ...answer, content: { ...answer.content, [ndjsonType]: lines } };
}

const linesOf = (documents: readonly unknown[]) =>
  documents.map((document) => `${JSON.stringify(document)}\n`).join("");

/** Whether the body is a stream of lines. */
export function isLines(c: HttpContext): boolean {
  return mediaTypeOf(c) === ndjsonType;
}

export function mediaTypeOf(c: HttpContext): string | undefined {
  return c.req.header("content-type")?.split(";")[0]?.trim().toLowerCase();
}

/** Reads the one JSON document of such a body; it is kept for the hash of idempotent requests. */
export async function readDocument(c: HttpContext, maxBytes: number): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of countBytes(requestStream(c), maxBytes)) chunks.push(chunk);
  const { value } = parseJsonBody(Buffer.concat(chunks));
  c.set("jsonBody", value);
  return value;
}

/** Reads a value by its schema. @throws DomainError `invalid` with the wrong fields. */
export function readAs<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const fields = fieldErrors(parsed.error);
  const text = fields.slice(0, 5).map((field) => `${field.path}: ${field.message}`);
  throw new DomainError("invalid", text.join("; "), { fields });
}
