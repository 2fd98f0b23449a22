import type { Access } from "./access.ts";
import type { HttpApp } from "./env.ts";

export interface RouteLine {
  readonly method: string;
  /** With `{name}` for parameters. */
  readonly path: string;
  readonly scope: Access;
  readonly isIdempotent: boolean;
  readonly summary: string;
}

/** Every route that was defined with `defineRoute`, in the order of mounting. */
export function listRoutes(app: HttpApp): RouteLine[] {
  return app.openAPIRegistry.definitions.flatMap((definition) => {
    if (definition.type !== "route") return [];
    const { method, path, summary = "", ...rest } = definition.route;
    return [
      {
        method: method.toUpperCase(),
        path,
        scope: rest["x-scope"] as Access,
        isIdempotent: rest["x-idempotent"] === true,
        summary,
      },
    ];
  });
}

/** The page of the API description: it shows nothing that `/openapi.json` does not say to everybody. */
const openPages = new Set(["GET /docs", "GET /docs/{file}"]);

/** Routes that were mounted past `defineRoute` and so have no scope: must be empty. */
export function routesWithoutScope(app: HttpApp): string[] {
  const scoped = new Set(
    listRoutes(app)
      .filter((route) => route.scope !== undefined)
      .map((route) => `${route.method} ${route.path}`),
  );
  const mounted = app.routes
    .filter((route) => route.method !== "ALL")
    .map((route) => `${route.method} ${route.path.replaceAll(/:([A-Za-z0-9_]+)/g, "{$1}")}`);
  return [...new Set(mounted)].filter((route) => !scoped.has(route) && !openPages.has(route));
}

/** The table route → scope as Markdown. */
export function renderRouteTable(app: HttpApp): string {
  const lines = listRoutes(app)
    .toSorted((a, b) => a.path.localeCompare(b.path, "en") || a.method.localeCompare(b.method, "en"))
    .map((route) => `| ${route.method} | \`${route.path}\` | \`${route.scope}\` | ${route.summary} |`);
  return ["| method | path | scope | what |", "|---|---|---|---|", ...lines, ""].join("\n");
}
