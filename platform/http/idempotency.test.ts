import { answerAgain, answerToRepeat, readIdempotency } from "./idempotency.ts";
import type { IdempotentRequest } from "./idempotency.ts";
import { emptyApp } from "./testing/sample-app.ts";
import { defineRoute } from "./route.ts";
import { jsonBody } from "./answers.ts";
import { z } from "@hono/zod-openapi";

const route = defineRoute({
  method: "post",
  path: "/things/{id}",
  scope: "public",
  tag: "x",
  summary: "x",
  description: "x",
  request: { params: z.object({ id: z.string() }), body: jsonBody(z.looseObject({})) },
  responses: {},
  idempotent: true,
});

const { app } = emptyApp();
app.openapi(route, (c) => c.json({ read: readIdempotency(c) ?? null }) as never);
app.get("/again", (c) => answerAgain(c, { status: 201, body: { b: 1, a: 2 } }));

async function read(
  path: string,
  body: string,
  key: string | undefined = "k",
): Promise<IdempotentRequest | null> {
  const headers = { "content-type": "application/json", ...(key !== "" && { "idempotency-key": key }) };
  const response = await app.request(path, { method: "POST", body, headers });
  return ((await response.json()) as { read: IdempotentRequest | null }).read;
}

const request = { route: "POST /things/{id}", key: "k", bodyHash: "h" };

test("the same document in another spelling is the same request", async () => {
  const first = await read("/things/1", '{"a":1,"b":[2]}');
  expect(first).toMatchObject({ route: "POST /things/{id}", key: "k" });
  expect(await read("/things/1", '{ "b": [2], "a": 1.0 }')).toEqual(first);
});

test("another body or another address is another request", async () => {
  const first = await read("/things/1", "{}");
  expect((await read("/things/1", '{"a":1}'))?.bodyHash).not.toBe(first?.bodyHash);
  expect((await read("/things/2", "{}"))?.bodyHash).not.toBe(first?.bodyHash);
});

test("without the header there is no key", async () => {
  expect(await read("/things/1", "{}", "")).toBeNull();
});

test("the first request goes on", () => {
  expect(answerToRepeat(request, { kind: "first" })).toBeUndefined();
});

test("a repeat gets the kept answer", () => {
  const answer = { status: 201, body: {} };
  expect(answerToRepeat(request, { kind: "done", bodyHash: "h", answer })).toBe(answer);
});

test("another request under the same key is invalid, finished or not", () => {
  const answer = { status: 201, body: {} };
  const invalid = expect.objectContaining({ code: "invalid" });
  expect(() => answerToRepeat(request, { kind: "done", bodyHash: "x", answer })).toThrow(invalid);
  expect(() => answerToRepeat(request, { kind: "in_flight", bodyHash: "x" })).toThrow(invalid);
});

test("a repeat of a request in flight is a conflict", () => {
  expect(() => answerToRepeat(request, { kind: "in_flight", bodyHash: "h" })).toThrow(
    expect.objectContaining({ code: "conflict" }),
  );
});

test("a kept answer is given again with the same bytes, marked", async () => {
  const response = await app.request("/again");
  expect([response.status, await response.text()]).toEqual([201, '{"a":2,"b":1}']);
  expect(response.headers.get("idempotency-replayed")).toBe("true");
});
