import type { ErrorCode } from "../../model/errors.ts";
import { problemDocument, problemKinds } from "./problem.ts";
import type { ProblemCode } from "./problem.ts";

/** What each error answer means, for the API description. */
const meanings: Record<ProblemCode, string> = {
  bad_request: "The request cannot be read: malformed JSON, wrong encoding, a broken address.",
  unauthenticated: "The proof of identity is missing or wrong.",
  forbidden: "The caller lacks the scope that the route needs.",
  not_found: "There is no such resource, or it belongs to another tenant.",
  method_not_allowed: "The path takes other methods; see Allow.",
  not_acceptable: "None of the accepted forms can be given.",
  conflict:
    "The state of the resource forbids this, or a request with the same idempotency key is in flight.",
  wrong_epoch: "The queue was closed, lost or rebuilt since the worker registered: it must register again.",
  precondition_failed: "The resource has changed since the revision in If-Match.",
  too_large: "The body has more bytes than the route takes.",
  unsupported_media_type: "The body's Content-Type is not one that the route takes.",
  invalid: "A field is wrong or unknown; `errors` names it.",
  precondition_required: "The route needs If-Match with the revision that was read.",
  rate_limited: "Too many requests; wait as long as Retry-After says.",
  internal: "The service failed; quote the request id.",
  unavailable: "Something that the service needs is down; try again after Retry-After.",
};

/** The name of the shared answer of an error code among the components of the API description. */
const componentName = (code: ProblemCode) => `Problem_${code}`;

/** The error answers of a route, by status, as references to the shared ones. */
export function errorAnswers(codes: ReadonlySet<ErrorCode>): Record<string, { $ref: string }> {
  const all: ProblemCode[] = [...codes, "internal"];
  return Object.fromEntries(
    all.map((code) => [problemKinds[code].status, { $ref: `#/components/responses/${componentName(code)}` }]),
  );
}

/** The shared error answers, for the components of the API description. */
export function errorAnswerComponents(): [name: string, component: object][] {
  return (Object.keys(problemKinds) as ProblemCode[]).map((code) => [
    componentName(code),
    {
      description: meanings[code],
      ...(hasRetryAfter(code) && {
        headers: { "Retry-After": { description: "Seconds to wait.", schema: { type: "integer" } } },
      }),
      content: {
        "application/problem+json": {
          schema: { $ref: "#/components/schemas/Problem" },
          example: exampleOf(code),
        },
      },
    },
  ]);
}

/** The schema that the shared answers refer to. */
export const problemSchema = problemDocument;

const hasRetryAfter = (code: ProblemCode) => code === "rate_limited" || code === "unavailable";

function exampleOf(code: ProblemCode) {
  return {
    type: `urn:jobengine:problem:${code}`,
    title: problemKinds[code].title,
    status: problemKinds[code].status,
    detail: meanings[code],
    instance: "urn:jobengine:request:0198c2f4000070008000000000000000",
    code,
  };
}
