import { z } from "@hono/zod-openapi";
import type { DomainError, ErrorCode } from "../../model/errors.ts";
import { failureOf } from "./failure.ts";

/** The status and short title of each error code; `internal` is what every unknown error becomes. */
export const problemKinds = {
  bad_request: { status: 400, title: "The request cannot be read" },
  unauthenticated: { status: 401, title: "Who is calling is not known" },
  forbidden: { status: 403, title: "The caller may not do this" },
  not_found: { status: 404, title: "There is nothing here" },
  method_not_allowed: { status: 405, title: "This path does not take this method" },
  not_acceptable: { status: 406, title: "The answer cannot be given in an accepted form" },
  conflict: { status: 409, title: "The state of the resource forbids this" },
  wrong_epoch: { status: 409, title: "The worker must register again" },
  precondition_failed: { status: 412, title: "The resource has changed since it was read" },
  too_large: { status: 413, title: "The request is too large" },
  unsupported_media_type: { status: 415, title: "The body's type is not supported" },
  invalid: { status: 422, title: "A field is wrong" },
  precondition_required: { status: 428, title: "If-Match is required" },
  rate_limited: { status: 429, title: "Too many requests" },
  internal: { status: 500, title: "The service failed" },
  unavailable: { status: 503, title: "Something that the service needs is down" },
} as const satisfies Record<ErrorCode | "internal", { status: number; title: string }>;

export type ProblemCode = keyof typeof problemKinds;
export type ProblemStatus = (typeof problemKinds)[ProblemCode]["status"];

/** The body of every error answer: RFC 9457 with the code and the wrong fields as extensions. */
export const problemDocument = z
  .object({
    type: z
      .string()
      .meta({ description: "URN of the kind of problem, stable.", example: "urn:jobengine:problem:invalid" }),
    title: z.string().meta({ description: "The kind in words.", example: "A field is wrong" }),
    status: z.int().meta({ description: "The HTTP status, repeated.", example: 422 }),
    detail: z
      .string()
      .meta({ description: "What happened and what to do.", example: "pageSize: must be at most 500" }),
    instance: z.string().meta({
      description: "URN with the request id, as in the X-Request-Id header and the log.",
      example: "urn:jobengine:request:01jc0000000000000000000000",
    }),
    code: z.string().meta({ description: "The last part of `type`.", example: "invalid" }),
    errors: z
      .array(
        z.object({
          path: z.string().meta({ description: "Where, as in `components[17].purl`.", example: "pageSize" }),
          message: z.string().meta({ description: "What is wrong there.", example: "must be at most 500" }),
        }),
      )
      .optional()
      .meta({ description: "The wrong fields, at most 50." }),
  })
  .meta({ id: "Problem", description: "An error (RFC 9457)." });

export type ProblemDocument = z.infer<typeof problemDocument>;

export interface Problem {
  readonly document: ProblemDocument;
  readonly headers: Readonly<Record<string, string>>;
  /** True for errors that nobody foresaw: the caller learns nothing, the log must have it all. */
  readonly isUnexpected: boolean;
}

/** Said instead of an unknown error's own text, which may hold anything. */
const internalDetail =
  "The service failed in a way that nobody foresaw. Quote the request id when you report it.";

/** Seconds that a caller should wait where the error itself names no time. */
const retryAfterSecondsDefault: Partial<Record<ErrorCode, number>> = { rate_limited: 1, unavailable: 5 };

/** Maps anything thrown to the one error form. The only place where errors become HTTP. */
export function toProblem(thrown: unknown, requestId: string): Problem {
  const failure = failureOf(thrown);
  const code: ProblemCode = failure?.code ?? "internal";
  const { status, title } = problemKinds[code];
  const document: ProblemDocument = {
    type: `urn:jobengine:problem:${code}`,
    title,
    status,
    detail: failure?.message ?? internalDetail,
    instance: `urn:jobengine:request:${requestId}`,
    code,
  };
  if (failure !== undefined && failure.fields.length > 0) document.errors = failure.fields.slice(0, 50);
  return { document, headers: headersOf(failure), isUnexpected: failure === undefined };
}

function headersOf(failure: DomainError | undefined): Record<string, string> {
  const headers: Record<string, string> = {};
  if (failure === undefined) return headers;
  const retryAfterSeconds = failure.retryAfterSeconds ?? retryAfterSecondsDefault[failure.code];
  if (retryAfterSeconds !== undefined)
    headers["retry-after"] = String(Math.max(1, Math.ceil(retryAfterSeconds)));
  if (failure.code === "unauthenticated") headers["www-authenticate"] = 'Bearer realm="jobengine"';
  return headers;
}
