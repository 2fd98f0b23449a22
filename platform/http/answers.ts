import type { z } from "@hono/zod-openapi";

interface HeaderText {
  readonly description: string;
  readonly schema: { readonly type: "string" | "integer" };
}

interface More {
  /** Shown in the API description and checked by nobody else: keep it true. */
  readonly example?: unknown;
  readonly headers?: Record<string, HeaderText>;
}

interface Answer<Content> {
  description: string;
  content: Content;
}

/** A JSON answer of a route: its schema and what it means. */
export function jsonAnswer<Schema extends z.ZodType>(
  schema: Schema,
  description: string,
  more: More = {},
): Answer<{ "application/json": { schema: Schema } }> {
  return {
    description,
    content: { "application/json": { schema, ...(more.example !== undefined && { example: more.example }) } },
    ...(more.headers && { headers: more.headers }),
  };
}

/** An answer that is no JSON document: a stream of events or lines, a file, text. */
export function rawAnswer(
  mediaType: string | readonly string[],
  description: string,
  more: More = {},
): Answer<Record<string, { schema: { type: "string" } }>> {
  const content = {
    schema: { type: "string" as const },
    ...(more.example !== undefined && { example: more.example }),
  };
  return {
    description,
    content: Object.fromEntries([mediaType].flat().map((type) => [type, content])),
    ...(more.headers && { headers: more.headers }),
  };
}

/** An answer without a body. */
export function emptyAnswer(description: string) {
  return { description };
}

/** A JSON request body. Its objects must be strict: `z.strictObject` (or `z.looseObject` where any key is meant). */
export function jsonBody<Schema extends z.ZodType>(
  schema: Schema,
  more: { description?: string; example?: unknown } = {},
) {
  return {
    required: true as const,
    ...(more.description !== undefined && { description: more.description }),
    content: { "application/json": { schema, ...(more.example !== undefined && { example: more.example }) } },
  };
}

/** The same for a body that may be left out, which is then `{}`: every field of the schema must be optional. */
export function optionalJsonBody<Schema extends z.ZodType>(
  schema: Schema,
  more: { description?: string; example?: unknown } = {},
) {
  return { ...jsonBody(schema, more), required: false as const };
}

/** The headers that an answer with a revision carries. */
export const etagHeader = {
  etag: { description: "The revision; send it back as If-Match.", schema: { type: "string" } },
} as const;
