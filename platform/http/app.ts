import { randomBytes } from "node:crypto";
import { OpenAPIHono } from "@hono/zod-openapi";
import { DomainError } from "../../model/errors.ts";
import type { Log } from "../log/log.ts";
import { createHttpMetrics } from "../metrics/http.ts";
import type { MetricsRegistry } from "../metrics/registry.ts";
import type { Authenticator, WorkerAuthenticator } from "./auth/authenticator.ts";
import { accessLog } from "./chain/access-log.ts";
import { canonicalAnswers } from "./chain/canonical-answers.ts";
import { catchAll } from "./chain/catch-all.ts";
import { headAnswers } from "./chain/head-answers.ts";
import { requestId } from "./chain/request-id.ts";
import { saneUrl } from "./chain/sane-url.ts";
import { securityHeaders } from "./chain/security-headers.ts";
import type { HttpApp, HttpEnv, HttpServices } from "./env.ts";
import { fieldErrors } from "./field-errors.ts";
import { installIssueMessages } from "./issue-messages.ts";
import { answerNoRoute } from "./not-found.ts";
import { createPageTokens } from "./page-token.ts";
import { answerProblem } from "./problem-answer.ts";
import type { ReadinessChecks } from "./readiness.ts";
import { mountDocs } from "./system/docs.ts";
import { mountHealth } from "./system/health.ts";
import { mountMetrics } from "./system/metrics.ts";
import { mountOpenApi } from "./system/openapi.ts";

export interface HttpAppOptions {
  readonly log: Log;
  /** The role, for example `scheduler-web`. */
  readonly serviceName: string;
  readonly version: string;
  /** What the API description says about the service. */
  readonly description?: string;
  readonly auth: Authenticator;
  /** Present where the app has worker routes. */
  readonly workerAuth?: WorkerAuthenticator;
  /** What `/readyz` asks, by name. */
  readonly readiness: ReadinessChecks;
  readonly metrics: MetricsRegistry;
  /** Key of the page tokens, the same on all replicas. Random when absent: tokens then end with the process. */
  readonly pageTokenKey?: string | undefined;
  /** The most bytes of a JSON body; 1,000,000 when absent. A route may set its own. */
  readonly bodyMaxBytes?: number;
  /** Aborted when the process begins to stop. */
  readonly closing?: AbortSignal;
}

/**
 * The HTTP app of a service: the whole middleware chain, the system routes (`/healthz`, `/readyz`, `/metrics`,
 * `/openapi.json`, `/docs`) and one form for every error. Mount routes on it with `app.openapi(route, handler)`.
 */
export function createHttpApp(options: HttpAppOptions): HttpApp {
  const { serviceName, version } = options;
  const app = createHealthApp(options);
  const title = `JobEngine ${serviceName}`;
  mountOpenApi(app, { title, version, description: options.description ?? "", mode: options.auth.mode });
  mountDocs(app, title);
  return app;
}

/** What a process shows that serves no API. */
export type HealthAppOptions = Omit<HttpAppOptions, "auth" | "workerAuth"> &
  Partial<Pick<HttpAppOptions, "auth" | "workerAuth">>;

/** The same chain with `/healthz`, `/readyz` and `/metrics` only: for processes that serve no API. */
export function createHealthApp(options: HealthAppOptions): HttpApp {
  installIssueMessages();
  const { log, serviceName, version } = options;
  const services = servicesOf(options);
  const app: HttpApp = new OpenAPIHono<HttpEnv>({ defaultHook: refuseInvalid });
  app.use(requestId(log, services));
  app.use(accessLog(createHttpMetrics(options.metrics)));
  app.use(headAnswers());
  app.use(securityHeaders());
  app.use(catchAll());
  app.use(canonicalAnswers());
  app.use(saneUrl());
  app.onError((error, c) => answerProblem(c, error));
  app.notFound(answerNoRoute(app));
  mountHealth(app, {
    service: serviceName,
    version,
    log,
    checks: options.readiness,
    closing: services.closing,
  });
  mountMetrics(app, options.metrics);
  return app;
}

function servicesOf(options: HealthAppOptions): HttpServices {
  return {
    authenticator: options.auth ?? nobody,
    workerAuthenticator: options.workerAuth,
    pageTokens: createPageTokens(options.pageTokenKey ?? randomBytes(32)),
    bodyMaxBytes: options.bodyMaxBytes ?? 1_000_000,
    closing: options.closing ?? new AbortController().signal,
  };
}

/** Where no identity is configured nobody has one. */
const nobody: Authenticator = {
  mode: "jwt",
  authenticate: () => Promise.reject(new DomainError("unauthenticated", "No callers are accepted here.")),
};

type Hook = NonNullable<HttpApp["defaultHook"]>;

/** A path parameter of a wrong form names nothing, so it is not found; everything else that is wrong is invalid. */
const refuseInvalid: Hook = (result) => {
  if (result.success) return;
  const fields = fieldErrors(result.error);
  const text = fields
    .slice(0, 5)
    .map((field) => `${field.path}: ${field.message}`)
    .join("; ");
  if (result.target === "param")
    throw new DomainError("not_found", `There is nothing at this path. ${text}`, { fields });
  throw new DomainError("invalid", text, { fields });
};
