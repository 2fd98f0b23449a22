import type { MiddlewareHandler } from "hono";
import { DomainError } from "../../model/errors.ts";
import { hasScope } from "../../model/identity/identity.ts";
import { operatorNote } from "../../model/identity/operator-note.ts";
import type { OperatorNote } from "../../model/identity/operator-note.ts";
import type { Scope } from "../../model/identity/scope.ts";
import type { HttpContext, HttpEnv } from "./env.ts";

/** Who may call a route: holders of a scope, workers with a key, or anybody. */
export type Access = Scope | "worker-key" | "public";

/** Lets a request through when its caller is known and may call the route; sets `identity` or `worker`. */
export function requireAccess(access: Access): MiddlewareHandler<HttpEnv> {
  return async (c, next) => {
    if (access === "worker-key") await admitWorker(c);
    else if (access !== "public") await admitHolder(c, access);
    await next();
  };
}

async function admitHolder(c: HttpContext, scope: Scope): Promise<void> {
  const identity = await c.var.services.authenticator.authenticate(c.req.raw);
  c.set("identity", identity);
  c.set("log", c.var.log.child({ tenant: identity.tenant }));
  if (!hasScope(identity, scope)) {
    throw new DomainError("forbidden", `This needs the scope ${scope}, which the caller does not have.`);
  }
  c.set("operator", readOperatorNote(c));
}

async function admitWorker(c: HttpContext): Promise<void> {
  const authenticator = c.var.services.workerAuthenticator;
  if (authenticator === undefined)
    throw new DomainError("unauthenticated", "No worker keys are accepted here.");
  const worker = await authenticator.authenticate(c.req.raw);
  c.set("worker", worker);
  c.set("log", c.var.log.child({ workerKeyId: worker.keyId }));
}

const noteHeaders = { reason: "X-StellaOps-Operator-Reason", ticket: "X-StellaOps-Operator-Ticket" } as const;

function readOperatorNote(c: HttpContext): OperatorNote {
  const reason = headerText(c.req.header(noteHeaders.reason));
  const ticket = headerText(c.req.header(noteHeaders.ticket));
  const parsed = operatorNote.safeParse({ ...(reason && { reason }), ...(ticket && { ticket }) });
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map((issue) => ({
    path: noteHeaders[issue.path[0] as keyof typeof noteHeaders],
    message: issue.message,
  }));
  throw new DomainError("invalid", fields.map((field) => `${field.path}: ${field.message}`).join("; "), {
    fields,
  });
}

/** Header values arrive as Latin-1 (RFC 9110 section 5.5); people write UTF-8. */
function headerText(raw: string | undefined): string | undefined {
  if (raw === undefined || !/[\u0080-\u00ff]/.test(raw)) return raw;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(raw, "latin1"));
  } catch {
    return raw;
  }
}
