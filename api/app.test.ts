import { readFileSync } from "node:fs";
import { join } from "node:path";
import { listRoutes, routesWithoutScope } from "../platform/http/route-table.ts";
import { describedApi, renderRouteReference } from "../scripts/route-reference.ts";

interface Operation {
  readonly operationId: string;
}

const app = describedApi();
const operations = async (): Promise<[name: string, operation: Operation][]> => {
  const document = (await (await app.request("/openapi.json")).json()) as {
    paths: Record<string, Record<string, Operation>>;
  };
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(
      ([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const,
    ),
  ) as [string, Operation][];
};

test("every route has a scope", () => {
  expect(routesWithoutScope(app)).toEqual([]);
});

test("operation ids are unique", async () => {
  const ids = (await operations()).map(([, { operationId }]) => operationId);
  expect(new Set(ids).size).toBe(ids.length);
});

/** POSTs that may be sent again without a key: they ask, or say how something is to be. */
const harmlessPosts = [
  "POST /api/v1/scheduler/impact",
  "POST /api/v1/scheduler/runs/preview",
  "POST /api/v1/scheduler/jobs/redrive/preview",
  "POST /api/v1/scheduler/schedules/preview",
  "POST /api/v1/scheduler/schedules/{id}/pause",
  "POST /api/v1/scheduler/schedules/{id}/resume",
  "POST /api/v1/scheduler/runs/{id}/cancel",
  "POST /api/v1/scheduler/jobs/{id}/bump",
  "POST /api/v1/scheduler/queues/{queue}/pause",
  "POST /api/v1/scheduler/queues/{queue}/resume",
  "POST /api/v1/scheduler/workers/drain",
  "POST /api/v1/scheduler/workers/undrain",
  "POST /api/v1/scheduler/workers/{workerId}/drain",
  "POST /api/v1/scheduler/workers/{workerId}/undrain",
];

test("every POST with an effect takes an idempotency key, unless a repeat changes nothing by itself", () => {
  const without = listRoutes(app)
    .filter(({ method, isIdempotent, scope }) => method === "POST" && !isIdempotent && scope !== "worker-key")
    .map(({ method, path }) => `${method} ${path}`);
  expect(without.toSorted()).toEqual(harmlessPosts.toSorted());
});

test("docs/routes.md is what the routes say (npm run docs)", () => {
  const written = readFileSync(join(import.meta.dirname, "../docs/routes.md"), "utf8");
  expect(written).toBe(renderRouteReference());
});
