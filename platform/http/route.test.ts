import { z } from "@hono/zod-openapi";
import { jsonBody } from "./answers.ts";
import { defineRoute } from "./route.ts";
import { listRoutes, renderRouteTable, routesWithoutScope } from "./route-table.ts";
import { lenientObjects } from "./strictness.ts";
import { sampleApp } from "./testing/sample-app.ts";

interface Operation {
  operationId: string;
  security: Record<string, string[]>[];
  responses: Record<string, { $ref?: string }>;
  parameters?: { name: string; in: string }[];
  requestBody?: { required: boolean };
  "x-scope": string;
}

interface Description {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { responses: object; schemas: object; securitySchemes: object };
}

const { app } = sampleApp();
const description = async (from = app) => (await (await from.request("/openapi.json")).json()) as Description;

test("the API description is OpenAPI 3.1 and names scope, security and every error of a route", async () => {
  const { openapi, paths, components } = await description();
  expect(openapi).toBe("3.1.0");
  const operation = paths["/api/v1/things"]?.["post"];
  expect(operation).toMatchObject({
    operationId: "postThings",
    "x-scope": "scheduler.schedules.write",
    requestBody: { required: true },
    security: [{ tenantHeader: [], actorHeader: [], scopesHeader: [] }],
  });
  expect(Object.keys(operation?.responses ?? {})).toEqual([
    "201",
    "400",
    "401",
    "403",
    "409",
    "413",
    "415",
    "422",
    "429",
    "500",
    "503",
  ]);
  expect(operation?.parameters).toEqual(
    expect.arrayContaining([expect.objectContaining({ name: "idempotency-key" })]),
  );
  expect(components.schemas).toHaveProperty("Problem");
  const shared = Object.values(operation?.responses ?? {}).flatMap(
    ({ $ref }) => $ref?.split("/").at(-1) ?? [],
  );
  expect(Object.keys(components.responses)).toEqual(expect.arrayContaining(shared));
});

test("with tokens the API description shows a bearer scheme instead of headers", async () => {
  const auth = { mode: "jwt" as const, authenticate: () => Promise.reject(new Error("not called")) };
  const { paths, components } = await description(sampleApp({ auth }).app);
  expect(paths["/api/v1/things"]?.["post"]?.security).toEqual([{ bearer: ["scheduler.schedules.write"] }]);
  expect(components.securitySchemes).toHaveProperty("bearer");
});

test("operation ids are unique", async () => {
  const { paths } = await description();
  const ids = Object.values(paths).flatMap((path) =>
    Object.values(path).map((operation) => operation.operationId),
  );
  expect(new Set(ids).size).toBe(ids.length);
});

test("every route has a scope, and one mounted past defineRoute is found", () => {
  const sample = sampleApp();
  expect(routesWithoutScope(sample.app)).toEqual([]);
  sample.app.get("/hidden/:id", (c) => c.text("x"));
  expect(routesWithoutScope(sample.app)).toEqual(["GET /hidden/{id}"]);
});

test("the table of routes names each with its scope", () => {
  expect(listRoutes(app)).toContainEqual({
    method: "POST",
    path: "/api/v1/things",
    scope: "scheduler.schedules.write",
    isIdempotent: true,
    summary: "Write a thing",
  });
  expect(renderRouteTable(app)).toContain(
    "| GET | `/api/v1/things/{id}` | `scheduler.schedules.read` | Read a thing |",
  );
});

test("a body schema that would drop unknown fields cannot become a route", () => {
  const schema = z.strictObject({ inner: z.array(z.object({ a: z.string() }).optional()) });
  const define = () =>
    defineRoute({
      method: "post",
      path: "/x",
      scope: "public",
      tag: "x",
      summary: "x",
      description: "x",
      request: { body: jsonBody(schema) },
      responses: {},
    });
  expect(define).toThrow("body.inner[]");
});

test("lenient objects are found through every kind of wrapper, loose ones are allowed", () => {
  const lenient = z.object({ a: z.string() });
  const schema = z.strictObject({
    list: z.array(lenient),
    map: z.record(z.string(), lenient.nullable()),
    either: z.union([z.string(), lenient.default({ a: "" })]),
    piped: lenient.transform((value) => value.a),
    open: z.looseObject({}),
  });
  expect(lenientObjects(schema)).toEqual(["body.list[]"]);
  expect(lenientObjects(z.strictObject({ map: z.record(z.string(), lenient.nullable()) }))).toEqual([
    "body.map{}",
  ]);
  expect(
    lenientObjects(z.strictObject({ either: z.union([z.string(), lenient.default({ a: "" })]) })),
  ).toEqual(["body.either"]);
  expect(lenientObjects(z.strictObject({ piped: lenient.transform((value) => value.a) }))).toEqual([
    "body.piped",
  ]);
});
