import type { z } from "zod";
import { DomainError } from "../../../model/errors.ts";
import { identity } from "../../../model/identity/identity.ts";
import type { Identity } from "../../../model/identity/identity.ts";
import { parseScopeList } from "../../../model/identity/scope.ts";
import type { Authenticator } from "./authenticator.ts";

/** The headers of each part, the current name first; the older ones are read in this mode only. */
const headers = {
  tenant: ["X-StellaOps-Tenant", "X-Stella-Tenant", "X-Tenant-Id"],
  actor: ["X-StellaOps-Actor"],
  scopes: ["X-StellaOps-Scopes", "X-Scopes"],
  project: ["X-StellaOps-Project"],
} as const;

const loopbackHosts = new Set(["localhost", "127.0.0.1", "[::1]"]);

/**
 * Believes plain headers. For development: the configuration allows it on a loopback listener only, and requests
 * that a browser was tricked into sending under another host name are refused here.
 */
export function createDevAuthenticator(): Authenticator {
  return { mode: "dev", authenticate: async (request) => readHeaders(request) };
}

function readHeaders(request: Request): Identity {
  const host = new URL(request.url).hostname;
  if (!loopbackHosts.has(host)) {
    throw new DomainError(
      "unauthenticated",
      "Identity mode dev answers to localhost, 127.0.0.1 and [::1] only.",
    );
  }
  const tenant = first(request, headers.tenant);
  if (tenant === undefined)
    throw new DomainError("unauthenticated", `Say which tenant you are: send ${headers.tenant[0]}.`);
  const project = first(request, headers.project);
  const parsed = identity.safeParse({
    tenant,
    actor: first(request, headers.actor) ?? "dev",
    scopes: parseScopeList(first(request, headers.scopes) ?? ""),
    ...(project !== undefined && { project }),
  });
  if (parsed.success) return parsed.data;
  throw new DomainError("unauthenticated", wrongHeader(parsed.error));
}

function first(request: Request, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = request.headers.get(name);
    if (value !== null && value !== "") return value;
  }
  return undefined;
}

function wrongHeader(error: z.ZodError): string {
  const issue = error.issues[0];
  const part = String(issue?.path[0]) as keyof typeof headers;
  return `${headers[part]?.[0] ?? "An identity header"}: ${issue?.message ?? "is wrong"}.`;
}
