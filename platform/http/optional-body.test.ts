import { z } from "@hono/zod-openapi";
import { jsonAnswer, optionalJsonBody } from "./answers.ts";
import { readOptionalIfMatch } from "./etag.ts";
import { defineRoute } from "./route.ts";
import { emptyApp } from "./testing/sample-app.ts";

const route = defineRoute({
  method: "post",
  path: "/pause",
  scope: "public",
  tag: "x",
  summary: "x",
  description: "x",
  request: { body: optionalJsonBody(z.strictObject({ reason: z.string().max(5).optional() })) },
  responses: { 200: jsonAnswer(z.object({}), "x") },
});

const { app } = emptyApp();
app.openapi(route, (c) => c.json({ ...c.req.valid("json"), revision: readOptionalIfMatch(c) ?? null }, 200));

async function post(body?: string, headers: Record<string, string> = {}) {
  const response = await app.request("/pause", {
    method: "POST",
    headers,
    ...(body !== undefined && { body }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}
const json = { "content-type": "application/json" };

test("a body that may be left out may be missing, empty, or announced with no bytes", async () => {
  const nothing = { status: 200, body: { revision: null } };
  expect(await post()).toEqual(nothing);
  expect(await post(undefined, { "content-length": "0" })).toEqual(nothing);
  expect(await post("", json)).toEqual(nothing);
});

test("a body that is there is read as strictly as any", async () => {
  expect(await post('{"reason":"x"}', json)).toMatchObject({ status: 200, body: { reason: "x" } });
  expect((await post('{"raeson":"x"}', json)).status).toBe(422);
  expect((await post('{"reason":"too long"}', json)).status).toBe(422);
  expect((await post("{", json)).status).toBe(400);
  expect((await post('{"reason":"x"}', { "content-type": "text/plain" })).status).toBe(415);
  expect((await post(undefined, { "content-length": "5" })).status).toBe(415);
});

test("If-Match that may be left out is checked when it is there", async () => {
  expect((await post(undefined, { "if-match": '"7"' })).body).toEqual({ revision: 7 });
  expect((await post(undefined, { "if-match": "*" })).body).toEqual({ revision: null });
  expect((await post(undefined, { "if-match": "x" })).status).toBe(412);
});
