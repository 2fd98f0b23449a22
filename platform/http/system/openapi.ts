import { z } from "@hono/zod-openapi";
import { errorAnswerComponents, problemSchema } from "../problem-answers.ts";
import { jsonAnswer } from "../answers.ts";
import type { HttpApp } from "../env.ts";
import { defineRoute } from "../route.ts";
import { canonicalJson } from "../../../model/canonical.ts";

const openApiRoute = defineRoute({
  method: "get",
  path: "/openapi.json",
  scope: "public",
  tag: "system",
  summary: "Read the API description",
  description: "This API as an OpenAPI 3.1 document, generated from the routes themselves.",
  responses: {
    200: jsonAnswer(z.looseObject({ openapi: z.string() }), "The description.", {
      example: { openapi: "3.1.0", info: { title: "JobEngine", version: "0.1.0" }, paths: {} },
    }),
  },
});

export interface ApiDescription {
  readonly title: string;
  readonly version: string;
  readonly description: string;
  readonly mode: "dev" | "jwt";
}

const header = (name: string, description: string) =>
  ({ type: "apiKey", in: "header", name, description }) as const;

const identitySchemes = {
  jwt: { bearer: { type: "http", scheme: "bearer", bearerFormat: "JWT" } },
  dev: {
    tenantHeader: header("X-StellaOps-Tenant", "The tenant; trusted as it stands, in dev mode only."),
    actorHeader: header("X-StellaOps-Actor", "Who acts."),
    scopesHeader: header("X-StellaOps-Scopes", "The caller's scopes, separated by blanks."),
  },
} as const;

/** The OpenAPI 3.1 document of everything that is mounted on the app by now. */
export function describeApi(app: HttpApp, about: ApiDescription): Record<string, unknown> {
  const document = app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: { title: about.title, version: about.version, description: about.description },
    servers: [{ url: "/" }],
  });
  const schemes = identitySchemes[about.mode];
  document.components ??= {};
  document.components.securitySchemes = {
    ...schemes,
    workerKey: { type: "http", scheme: "bearer", bearerFormat: "wk_<id>_<secret>" },
  };
  for (const path of Object.values(document.paths ?? {})) {
    for (const operation of Object.values(
      path as Record<string, { security?: Record<string, string[]>[] }>,
    )) {
      operation.security = (operation.security ?? []).filter((one) =>
        Object.keys(one).every((name) => name === "workerKey" || name in schemes),
      );
    }
  }
  return document as unknown as Record<string, unknown>;
}

/** Registers what all routes refer to; mounts the document, made when it is first asked for. */
export function mountOpenApi(app: HttpApp, about: ApiDescription): void {
  app.openAPIRegistry.register("Problem", problemSchema);
  for (const [name, component] of errorAnswerComponents()) {
    app.openAPIRegistry.registerComponent("responses", name, component as never);
  }
  let text: string | undefined;
  app.openapi(openApiRoute, (c) => {
    text ??= canonicalJson(describeApi(app, about));
    return c.body(text, 200, { "content-type": "application/json" }) as never;
  });
}
