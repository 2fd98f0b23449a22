import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { Identity } from "../../model/identity/identity.ts";
import type { OperatorNote } from "../../model/identity/operator-note.ts";
import type { WorkerIdentity } from "../../model/identity/worker-key.ts";
import type { Log } from "../log/log.ts";
import type { Authenticator, WorkerAuthenticator } from "./auth/authenticator.ts";
import type { PageTokens } from "./page-token.ts";

/** What the app gives to every request: one object, the same for all of them. */
export interface HttpServices {
  readonly authenticator: Authenticator;
  readonly workerAuthenticator: WorkerAuthenticator | undefined;
  readonly pageTokens: PageTokens;
  /** The most bytes of a JSON body, where the route sets no limit of its own. */
  readonly bodyMaxBytes: number;
  /** Aborted when the process begins to stop: long-lived answers (event streams) end then. */
  readonly closing: AbortSignal;
}

/** What a handler finds in `c.var`. */
export interface HttpVariables {
  requestId: string;
  /** Carries `requestId`, and `tenant` once the caller is known. */
  log: Log;
  services: HttpServices;
  /** Set on routes with a scope, absent on public and worker routes. */
  identity: Identity;
  /** Set on routes of access `worker-key`. */
  worker: WorkerIdentity;
  /** Set on routes with a scope; empty when the caller gave no note. */
  operator: OperatorNote;
  /** The parsed JSON body before defaults, for the hash of idempotent requests. */
  jsonBody: unknown;
  /** The most bytes that a streamed body may have. */
  streamMaxBytes: number;
}

export interface HttpEnv {
  Variables: HttpVariables;
}

export type HttpApp = OpenAPIHono<HttpEnv>;
export type HttpContext = Context<HttpEnv>;
