import type { RouteConfig } from "@hono/zod-openapi";
import { z } from "@hono/zod-openapi";
import type { ErrorCode } from "../../model/errors.ts";
import { scopeMeanings } from "../../model/identity/scope.ts";
import type { Access } from "./access.ts";
import { requireAccess } from "./access.ts";
import { jsonBodyGate, streamBodyGate } from "./body-gate.ts";
import { idempotencyHeader } from "./idempotency-header.ts";
import { errorAnswers } from "./problem-answers.ts";
import { isStreamBody } from "./stream-body.ts";
import type { StreamBody } from "./stream-body.ts";
import { lenientObjects } from "./strictness.ts";

interface JsonBody {
  readonly required: boolean;
  readonly description?: string;
  readonly content: {
    readonly "application/json": { readonly schema: z.ZodType; readonly example?: unknown };
  };
}

export interface RouteRequest {
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly headers?: z.ZodObject;
  /** `jsonBody(schema)`, `optionalJsonBody(schema)` or `streamBody([types], maxBytes, what)`. */
  readonly body?: JsonBody | StreamBody;
}

type Responses = RouteConfig["responses"];

export interface RouteSpec<Path extends string, Request extends RouteRequest, Answers extends Responses> {
  readonly method: "get" | "post" | "put" | "patch" | "delete";
  /** With `{name}` for parameters: `/api/v1/scheduler/runs/{id}`. */
  readonly path: Path;
  /** The scope that the caller needs, or `worker-key`, or `public`. There is no default. */
  readonly scope: Access;
  /** The group in the API description. */
  readonly tag: string;
  /** One line, in the imperative: "Pause a schedule". */
  readonly summary: string;
  readonly description: string;
  /** Name for generated clients; made from method and path when absent. */
  readonly operationId?: string;
  readonly request?: Request;
  /** The successful answers only, by status. */
  readonly responses: Answers;
  /** The errors that this route adds to those that every route can have. */
  readonly errors?: readonly ErrorCode[];
  /** True for a POST that takes `Idempotency-Key`. */
  readonly idempotent?: boolean;
  /** The most bytes of a JSON body, where it differs from that of the app. */
  readonly maxBodyBytes?: number;
}

/** A route's type holds its successful answers only: errors are thrown, never returned. */
export type Route<Path extends string, Request extends RouteRequest, Answers extends Responses> = {
  method: "get" | "post" | "put" | "patch" | "delete";
  path: Path;
  request: Request;
  responses: Answers;
};

/**
 * Defines a route for `app.openapi(route, handler)`: adds to the given parts the check of access, the reading of
 * the body, the error answers that it can have and what the API description says about all that. Throws at once
 * when a request schema would drop unknown fields.
 */
export function defineRoute<
  const Path extends string,
  const Request extends RouteRequest = {},
  const Answers extends Responses = {},
>(spec: RouteSpec<Path, Request, Answers>): Route<Path, Request, Answers> {
  const { method, path, scope, idempotent = false } = spec;
  const request = strictRequest(spec, idempotent);
  const route = {
    method,
    path,
    tags: [spec.tag],
    summary: spec.summary,
    description: describe(spec.description, scope),
    operationId: spec.operationId ?? operationIdOf(method, path),
    request,
    responses: { ...errorAnswers(possibleErrors(spec, request)), ...spec.responses },
    middleware: [requireAccess(scope), ...bodyGates(spec)],
    "x-scope": scope,
    "x-idempotent": idempotent,
    security: securityOf(scope),
  };
  return route as unknown as Route<Path, Request, Answers>;
}

type AnySpec = RouteSpec<string, RouteRequest, Responses>;

/** Makes parameters and query refuse unknown names, adds the header of idempotent routes, checks the body's schema. */
function strictRequest(spec: AnySpec, idempotent: boolean): RouteRequest {
  const { params, query, headers, body } = spec.request ?? {};
  if (body !== undefined && !isStreamBody(body)) {
    const lenient = lenientObjects(body.content["application/json"].schema);
    if (lenient.length > 0) {
      throw new TypeError(
        `${spec.method.toUpperCase()} ${spec.path}: use z.strictObject, unknown fields would be dropped at ${lenient.join(", ")}.`,
      );
    }
  }
  const allHeaders = idempotent ? (headers ?? z.object({})).extend(idempotencyHeader) : headers;
  return {
    ...(params && { params: params.strict() }),
    query: (query ?? z.object({})).strict(),
    ...(allHeaders && { headers: allHeaders }),
    ...(body && { body }),
  };
}

function bodyGates(spec: AnySpec) {
  const body = spec.request?.body;
  if (body === undefined) return [];
  const mediaTypes = Object.keys(body.content);
  return isStreamBody(body)
    ? [streamBodyGate(mediaTypes, body.maxBytes)]
    : [jsonBodyGate(mediaTypes, spec.maxBodyBytes, body.required)];
}

function possibleErrors(spec: AnySpec, request: RouteRequest): ReadonlySet<ErrorCode> {
  const codes = new Set<ErrorCode>([
    "bad_request",
    "invalid",
    "rate_limited",
    "unavailable",
    ...(spec.errors ?? []),
  ]);
  if (spec.scope !== "public") codes.add("unauthenticated");
  if (spec.scope !== "public" && spec.scope !== "worker-key") codes.add("forbidden");
  if (request.params !== undefined) codes.add("not_found");
  if (request.body !== undefined) codes.add("too_large").add("unsupported_media_type");
  if (spec.idempotent === true) codes.add("conflict");
  return codes;
}

function describe(description: string, scope: Access): string {
  if (scope === "public") return `${description}\n\nOpen to everybody.`;
  if (scope === "worker-key") return `${description}\n\nNeeds a worker key.`;
  return `${description}\n\nNeeds the scope \`${scope}\`: ${scopeMeanings[scope]}.`;
}

/** Every scheme that could apply; the API description keeps the one of the service's identity mode. */
function securityOf(scope: Access): Record<string, string[]>[] {
  if (scope === "public") return [];
  if (scope === "worker-key") return [{ workerKey: [] }];
  return [{ bearer: [scope] }, { tenantHeader: [], actorHeader: [], scopesHeader: [] }];
}

/** `post /api/v1/scheduler/runs/{id}/cancel` becomes `postSchedulerRunsByIdCancel`. */
function operationIdOf(method: string, path: string): string {
  const words = path
    .replace(/^\/api\/v1\//, "/")
    .replaceAll(/\{(\w+)\}/g, "by-$1")
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== "");
  return method + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
}
