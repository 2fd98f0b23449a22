import { scopes } from "../../../model/identity/scope.ts";
import { annOf } from "../../../test/support/api-lab.ts";
import { exampleBodyOf, type Operation, parametersIn } from "./document.ts";
import { sampleOf } from "./values.ts";
import { type World, us } from "./world.ts";

export interface Request {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  /** A header that is undefined is left out. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string | Uint8Array | undefined;
}

/** A request that an operation takes: ids that exist, what it requires, and its own example as the body. */
export function goodRequest(world: World, operation: Operation): Request {
  const body = exampleBodyOf(operation);
  return {
    method: operation.method,
    path: withQuery(world.knownPath(operation), requiredQuery(operation)),
    headers: {
      ...identityFor(world, operation),
      // Some demand it, and all others take it.
      "x-stellaops-operator-reason": "the contract",
      ...(body !== undefined && { "content-type": body.type }),
      ...(operation.answers["428"] !== undefined && { "if-match": "*" }),
    },
    body: body && textOf(body.example),
  };
}

/** The same with other parts. */
export function changed(request: Request, parts: Partial<Request>): Request {
  return { ...request, ...parts, headers: { ...request.headers, ...parts.headers } };
}

/** The same with another JSON body. */
export function withBody(request: Request, body: unknown): Request {
  return changed(request, { body: JSON.stringify(body), headers: { "content-type": "application/json" } });
}

/** A request to the operation's path with other parameters in its query, beside those that it requires. */
export function withParameter(request: Request, query: string): Request {
  const [path = "", rest = ""] = request.path.split("?");
  const names = new Set(query.split("&").map((pair) => pair.split("=")[0]));
  const kept = rest.split("&").filter((pair) => pair !== "" && !names.has(pair.split("=")[0]));
  return changed(request, { path: withQuery(path, [...kept, query].join("&")) });
}

/** The headers that say who calls: somebody who may do all, in every way that the app knows. */
export function identityFor(world: World, operation: Operation): Record<string, string> {
  if (operation.scope === "public") return {};
  return operation.scope === "worker-key" ? { authorization: `Bearer ${world.workerKey}` } : annOf(us);
}

/** Somebody who may do all but what an operation needs. */
export function withoutScope(operation: Operation): Record<string, string> {
  const others = scopes.filter((scope) => scope !== operation.scope);
  return { ...annOf(us), "x-stellaops-scopes": others.join(" ") };
}

function requiredQuery(operation: Operation): string {
  return parametersIn(operation, "query")
    .filter(({ required }) => required === true)
    .map(({ name, schema }) => `${name}=${encodeURIComponent(String(sampleOf(schema)))}`)
    .join("&");
}

const withQuery = (path: string, query: string) => (query === "" ? path : `${path}?${query}`);

const textOf = (example: unknown) => (typeof example === "string" ? example : JSON.stringify(example));
