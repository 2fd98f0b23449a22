import * as fc from "fast-check";
import { z } from "@hono/zod-openapi";
import type { Page } from "../../model/paging/page.ts";
import { pageOf } from "../../model/paging/page.ts";
import { jsonAnswer } from "./answers.ts";
import { createPageTokens } from "./page-token.ts";
import { openPage, pageQuery } from "./page.ts";
import { queryFlag, queryInteger, queryList } from "./query.ts";
import { defineRoute } from "./route.ts";
import { annOfAcme, emptyApp } from "./testing/sample-app.ts";

const item = z.object({ n: z.int() });

const list = defineRoute({
  method: "get",
  path: "/api/v1/numbers",
  scope: "scheduler.schedules.read",
  tag: "numbers",
  summary: "List numbers",
  description: "Lists the numbers from 1 to 12.",
  request: {
    query: z.object({
      ...pageQuery,
      min: queryInteger(0, 100).optional(),
      state: queryList(z.enum(["a", "b"])).optional(),
      isOdd: queryFlag().optional(),
    }),
  },
  responses: { 200: jsonAnswer(pageOf(item), "A page.") },
});

const { app } = emptyApp();
app.openapi(list, (c) => {
  const query = c.req.valid("query");
  const page = openPage(c, query, z.int());
  const rows = Array.from({ length: 12 }, (_, index) => index + 1)
    .filter((n) => n > (page.after ?? 0) && n >= (query.min ?? 0))
    .slice(0, page.limit);
  return c.json(
    page.answer(
      rows,
      (n) => ({ n }),
      (n) => n,
    ),
    200,
  );
});

async function get(query: string, tenant = "acme") {
  const response = await app.request(`/api/v1/numbers?${query}`, {
    headers: { ...annOfAcme, "x-stellaops-tenant": tenant },
  });
  return {
    status: response.status,
    body: (await response.json()) as Page<{ n: number }> & { detail?: string },
  };
}

test("pages follow each other until there is no token", async () => {
  const first = await get("pageSize=5");
  expect(first.body.items.map(({ n }) => n)).toEqual([1, 2, 3, 4, 5]);
  const second = await get(`pageSize=6&pageToken=${first.body.nextPageToken}`);
  expect(second.body.items.map(({ n }) => n)).toEqual([6, 7, 8, 9, 10, 11]);
  const last = await get(`pageToken=${second.body.nextPageToken}`);
  expect(last.body).toEqual({ items: [{ n: 12 }] });
});

test("a token of another tenant, of another filter, or of nobody is refused and says so", async () => {
  const token = (await get("pageSize=5&min=2")).body.nextPageToken ?? "";
  expect(await get(`min=2&pageToken=${token}`, "beta")).toMatchObject({
    status: 422,
    body: { detail: expect.stringContaining("tenant") },
  });
  expect(await get(`min=3&pageToken=${token}`)).toMatchObject({
    status: 422,
    body: { detail: expect.stringContaining("filter") },
  });
  expect((await get("pageToken=abc")).status).toBe(422);
  expect((await get(`min=2&pageToken=${token}`)).status).toBe(200);
});

test.each([
  "pageSize=0",
  "pageSize=501",
  "pageSize=",
  "pageSize=1e2",
  "pageSize=0x5",
  "state=c",
  "isOdd=yes",
])("%s is refused", async (query) => expect((await get(query)).status).toBe(422));

test.each(["state=a", "state=a&state=b", "isOdd=true", "pageSize=500"])("%s is accepted", async (query) => {
  expect((await get(query)).status).toBe(200);
});

test("the API description shows query types as callers write them", async () => {
  const document = (await (await app.request("/openapi.json")).json()) as {
    paths: Record<string, { get: { parameters: { name: string; schema: object; required?: boolean }[] } }>;
  };
  const parameters = document.paths["/api/v1/numbers"]?.get.parameters ?? [];
  expect(parameters.find(({ name }) => name === "pageSize")).toMatchObject({
    required: false,
    schema: { type: "integer", minimum: 1, maximum: 500, default: 50 },
  });
  expect(parameters.find(({ name }) => name === "state")).toMatchObject({ schema: { type: "array" } });
});

test("any cursor comes back as it was sealed, and no changed token opens", () => {
  const tokens = createPageTokens("key");
  const binding = { tenant: "acme", filter: { state: ["a"] } };
  fc.assert(
    fc.property(fc.jsonValue(), fc.nat(), fc.integer({ min: 1, max: 255 }), (cursor, at, flip) => {
      const token = tokens.seal(cursor, binding);
      expect(tokens.open(token, binding)).toEqual(JSON.parse(JSON.stringify(cursor)));
      const bytes = Buffer.from(token, "base64url");
      const index = at % bytes.length;
      bytes[index] = (bytes[index] ?? 0) ^ flip;
      expect(() => tokens.open(bytes.toString("base64url"), binding)).toThrow("pageToken");
    }),
  );
});
