import { z } from "zod";
import { problemDocument, problemKinds, type ProblemCode } from "../../../platform/http/problem.ts";
import type { Operation } from "./document.ts";
import type { Request } from "./requests.ts";
import type { World } from "./world.ts";

/** A request that must be refused, and how. */
export interface Case {
  readonly operation: Operation;
  /** What is wrong with the request. */
  readonly what: string;
  readonly request: Request;
  readonly code: ProblemCode;
  /** The field that `errors` must name, itself or something in it. */
  readonly field?: string;
  readonly also?: (answer: Answer) => string | undefined;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** Sends each request and answers a line for each that was not refused as it must be. */
export async function walk(world: World, cases: readonly Case[]): Promise<string[]> {
  if (cases.length === 0) throw new Error("The description has no operation that this is about.");
  const faults: string[] = [];
  for (const one of cases) {
    const answer = await send(world, one.request);
    const fault = faultOf(one, answer);
    if (fault !== undefined) faults.push(`${one.operation.name} with ${one.what}: ${fault}`);
  }
  return faults;
}

export async function send(world: World, { method, path, headers, body }: Request): Promise<Answer> {
  const given = Object.entries(headers).filter((pair): pair is [string, string] => pair[1] !== undefined);
  const response = await world.api.app.request(path, {
    method,
    headers: Object.fromEntries(given),
    ...(body !== undefined && { body: body as NonNullable<RequestInit["body"]> }),
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

function faultOf({ operation, code, field, also }: Case, answer: Answer): string | undefined {
  const { status, title } = problemKinds[code];
  const seen = `answered ${answer.status} ${answer.text.slice(0, 300)}`;
  if (answer.status !== status) return `${seen}, not ${status}`;
  const problem = problemOf(answer);
  if (typeof problem === "string") return `${seen}: ${problem}`;
  if (problem.code !== code || problem.title !== title) return `${seen}, which is not ${code}`;
  if (field !== undefined && !names(problem, field)) return `${seen}, which does not name ${field}`;
  // A path's other methods are no part of an operation's description.
  const isListed = operation.answers[String(status)] !== undefined || code === "method_not_allowed";
  return isListed ? also?.(answer) : `${seen}, which its description does not list`;
}

const strictProblem = problemDocument
  .extend({ detail: z.string().min(1), title: z.string().min(1) })
  .strict();

type Problem = z.infer<typeof strictProblem>;

/** The problem that an answer tells, or what keeps it from being one. */
export function problemOf({ status, headers, text }: Answer): Problem | string {
  if (headers.get("content-type") !== "application/problem+json") return "is no problem+json";
  const parsed = strictProblem.safeParse(JSON.parse(text));
  if (!parsed.success) return z.prettifyError(parsed.error);
  const { data } = parsed;
  if (data.status !== status) return "tells another status";
  if (data.type !== `urn:jobengine:problem:${data.code}`) return "has a type that is not its code";
  if (data.instance !== `urn:jobengine:request:${headers.get("x-request-id")}`)
    return "has another request id";
  if (data.code === "invalid" && (data.errors ?? []).length === 0) return "names no field";
  return data;
}

function names({ errors = [] }: Problem, field: string): boolean {
  return errors.some(
    ({ path }) => path === field || path.startsWith(`${field}.`) || path.startsWith(`${field}[`),
  );
}
