import * as fc from "fast-check";
import { annOfAcme, emptyApp, postJson, sampleApp } from "./testing/sample-app.ts";
import type { ProblemDocument } from "./problem.ts";

const { app } = sampleApp();

/** Asserts that the answer is a problem of this status and gives its document. */
async function problemOf(answer: Response | Promise<Response>, status: number): Promise<ProblemDocument> {
  const response = await answer;
  const text = await response.text();
  expect({ status: response.status, text }).toMatchObject({ status });
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  const document = JSON.parse(text) as ProblemDocument;
  expect(document).toMatchObject({
    status,
    type: `urn:jobengine:problem:${document.code}`,
    title: expect.any(String),
    detail: expect.any(String),
    instance: `urn:jobengine:request:${response.headers.get("x-request-id")}`,
  });
  return document;
}

const get = (path: string, headers: Record<string, string> = {}) =>
  app.request(path, { headers: { ...annOfAcme, ...headers } });
const post = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
  postJson(app, "/api/v1/things", body, headers);

const upload = (size: number) =>
  app.request("/api/v1/things/th_1/bytes", {
    method: "PUT",
    headers: { ...annOfAcme, "content-type": "application/vnd.cyclonedx+json" },
    body: new Uint8Array(size),
  });
const withCode = (code: string) => Object.assign(new Error("x"), { code });

describe("answers", () => {
  test("are canonical JSON: keys sorted, no blanks", async () => {
    const response = await post('{ "timezone": "UTC", "name": "a" }');
    expect(response.status).toBe(201);
    expect(await response.text()).toBe('{"kind":"scan","name":"a","parts":[],"timezone":"UTC"}');
    expect(response.headers.get("content-type")).toBe("application/json");
  });

  test("carry the security headers and are not cached", async () => {
    const { headers } = await get("/api/v1/things/th_1");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(headers.get("cache-control")).toBe("no-store");
  });

  test("repeat a sane request id and replace any other", async () => {
    const sane = await get("/api/v1/things/th_1", { "x-request-id": "trace-1.a:b" });
    expect(sane.headers.get("x-request-id")).toBe("trace-1.a:b");
    const odd = await get("/api/v1/things/th_1", { "x-request-id": "a b" });
    expect(odd.headers.get("x-request-id")).toMatch(/^[0-9a-f]{32}$/);
  });
});

describe("access", () => {
  test("no identity is 401 and says what to send", async () => {
    const response = await app.request("/api/v1/things/th_1");
    expect(response.headers.get("www-authenticate")).toMatch(/^Bearer/);
    expect((await problemOf(response, 401)).detail).toContain("X-StellaOps-Tenant");
  });

  test("a missing scope is 403 and names it", async () => {
    const answer = get("/api/v1/things/th_1", { "x-stellaops-scopes": "scheduler.runs.read" });
    expect((await problemOf(answer, 403)).detail).toContain("scheduler.schedules.read");
  });

  test("an operator's reason is bounded", async () => {
    const problem = await problemOf(
      get("/api/v1/things/th_1", { "x-stellaops-operator-reason": "r".repeat(257) }),
      422,
    );
    expect(problem.errors?.[0]?.path).toBe("X-StellaOps-Operator-Reason");
  });
});

describe("addresses", () => {
  test("an unknown path is 404", async () => {
    expect(await problemOf(get("/nowhere"), 404)).toMatchObject({ status: 404 });
  });

  test("a wrong method is 405 with Allow", async () => {
    const response = await app.request("/api/v1/things/th_1", { method: "DELETE", headers: annOfAcme });
    expect(response.headers.get("allow")).toBe("GET, HEAD");
    expect(await problemOf(response, 405)).toMatchObject({ status: 405 });
  });

  test("OPTIONS answers the methods", async () => {
    const response = await app.request("/api/v1/things", { method: "OPTIONS" });
    expect([response.status, response.headers.get("allow")]).toEqual([204, "POST"]);
  });

  test("a path parameter of a wrong form is 404", async () => {
    expect((await problemOf(get("/api/v1/things/x"), 404)).errors).toEqual([
      { path: "id", message: "must look like th_1" },
    ]);
  });

  test.each([
    "/api/v1/things/%00",
    "/api/v1/things/th_1%2f2",
    "/api/v1/things/%zz",
    "/api/v1/things/%ff",
    "/api/v1/things/th_1?pageSize=%zz",
    "/api/v1/things/th_1?pageSize=%00",
  ])("%s is refused as unreadable", async (path) => {
    expect(await problemOf(get(path), 400)).toMatchObject({ status: 400 });
  });

  test("an unknown query parameter is refused with the nearest known name", async () => {
    const problem = await problemOf(get("/api/v1/things/th_1?pagesize=1"), 422);
    expect(problem.errors).toEqual([
      { path: "pagesize", message: 'is not known here; did you mean "pageSize"?' },
    ]);
  });

  test("a parameter given twice is refused", async () => {
    const problem = await problemOf(get("/api/v1/things/th_1?pageSize=1&pageSize=2"), 422);
    expect(problem.errors).toEqual([{ path: "pageSize", message: "must be a string, not a list" }]);
  });
});

describe("bodies", () => {
  test("malformed JSON is 400 and says where", async () => {
    expect((await problemOf(post('{"name": nope}'), 400)).detail).toContain("line 1, column 10");
  });

  test.each(["", "   "])("an empty body %j is 400", async (body) => {
    expect(await problemOf(post(body), 400)).toMatchObject({ status: 400 });
  });

  test("bytes that are not UTF-8 are 400", async () => {
    expect(await problemOf(post(new Uint8Array([0x22, 0xff, 0x22])), 400)).toMatchObject({ status: 400 });
  });

  test("JSON deeper than 64 levels is 400, whatever its depth", async () => {
    expect(await problemOf(post(`${"[".repeat(65)}${"]".repeat(65)}`), 400)).toMatchObject({ status: 400 });
    expect(await problemOf(post("[".repeat(900_000)), 400)).toMatchObject({ status: 400 });
    expect(await problemOf(post(`{"name":${JSON.stringify("[".repeat(200))}}`), 422)).toMatchObject({
      status: 422,
    });
  });

  test("a NUL in a string is 422 and names the place", async () => {
    const problem = await problemOf(post('{"name":"a","parts":[{"purl":"p"},{"purl":"a\\u0000b"}]}'), 422);
    expect(problem.errors?.[0]?.path).toBe("parts[1].purl");
  });

  test.each([
    '{"name":"\\ud800"}',
    '{"name":1e999}',
    '{"__proto__":{}}',
    '{"labels":{"a\\u0000":"b"}}',
    '{"name":"x","labels":{"__proto__":"y"}}',
  ])("%s cannot be stored and is 422", async (body) => {
    expect(await problemOf(post(body), 422)).toMatchObject({ status: 422 });
  });

  test("wrong fields are named with their paths, all at once", async () => {
    const problem = await problemOf(
      post('{"name":"","kind":"scna","parts":[{"purl":1},{}],"labels":{"a b":1}}'),
      422,
    );
    expect(problem.errors).toEqual([
      { path: "name", message: "must not be empty" },
      { path: "kind", message: 'must be one of scan, doctor; did you mean "scan"?' },
      { path: "parts[0].purl", message: "must be a string, not a number" },
      { path: "parts[1].purl", message: "is required" },
      { path: 'labels["a b"]', message: "must be a string, not a number" },
    ]);
  });

  test("an unknown field is refused with the nearest known name, also deep inside", async () => {
    const problem = await problemOf(
      post('{"name":"a","timeZone":"UTC","parts":[{"purl":"p","pulr":"q"}]}'),
      422,
    );
    expect(problem.errors).toEqual(
      expect.arrayContaining([
        { path: "timeZone", message: 'is not known here; did you mean "timezone"?' },
        { path: "parts[0].pulr", message: 'is not known here; did you mean "purl"?' },
      ]),
    );
  });

  test.each(["text/plain", "application/xml", "multipart/form-data"])(
    "%s is 415 and says what to send",
    async (type) => {
      expect((await problemOf(post("{}", { "content-type": type }), 415)).detail).toContain(
        "application/json",
      );
    },
  );

  test("a missing type is 415", async () => {
    const answer = app.request("/api/v1/things", {
      method: "POST",
      headers: annOfAcme,
      body: new Uint8Array([0x7b, 0x7d]),
    });
    expect(await problemOf(answer, 415)).toMatchObject({ status: 415 });
  });

  test("a compressed body is 415", async () => {
    expect(await problemOf(post("{}", { "content-encoding": "gzip" }), 415)).toMatchObject({ status: 415 });
  });

  test("a charset parameter is accepted", async () => {
    expect((await post('{"name":"a"}', { "content-type": "Application/JSON; charset=utf-8" })).status).toBe(
      201,
    );
  });

  test("a body over the limit is 413, announced or not", async () => {
    expect(await problemOf(post(`{"name":"${"a".repeat(1_000_001)}"}`), 413)).toMatchObject({ status: 413 });
    const chunks = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(100_000)),
    });
    const headers = { ...annOfAcme, "content-type": "application/json" };
    const answer = app.request("/api/v1/things", { method: "POST", headers, body: chunks, duplex: "half" });
    expect(await problemOf(answer, 413)).toMatchObject({ status: 413 });
  });

  test("a streamed body is counted against its own limit", async () => {
    expect(await (await upload(1000)).json()).toEqual({ bytes: 1000 });
    expect(await problemOf(upload(1001), 413)).toMatchObject({ status: 413 });
  });

  test("an idempotency key has a form", async () => {
    expect(await problemOf(post('{"name":"a"}', { "idempotency-key": "k".repeat(256) }), 422)).toMatchObject({
      status: 422,
    });
    expect((await post('{"name":"a"}', { "idempotency-key": "k" })).status).toBe(201);
  });
});

describe("failures", () => {
  test.each([
    ["an error of our own code", new TypeError("secret detail"), 500],
    ["a thrown string", "secret detail", 500],
    ["nothing, thrown", undefined, 500],
    ["PostgreSQL: wrong encoding", withCode("22021"), 422],
    ["PostgreSQL: too complex", withCode("54000"), 422],
    ["PostgreSQL: not unique", withCode("23505"), 409],
    ["PostgreSQL: serialization failure", withCode("40001"), 503],
    ["PostgreSQL: statement timeout", withCode("57014"), 503],
    ["PostgreSQL: connection failure", withCode("08006"), 503],
    ["a refused connection", withCode("ECONNREFUSED"), 503],
    ["a lost connection", new Error("Connection terminated unexpectedly"), 503],
  ])("%s", async (_what, thrown, status) => {
    const failing = emptyApp();
    failing.app.get("/fail", () => {
      throw thrown;
    });
    const problem = await problemOf(failing.app.request("/fail"), status);
    expect(JSON.stringify(problem)).not.toContain("secret");
  });

  test("an unforeseen error is logged whole, under the request id", async () => {
    const failing = emptyApp();
    failing.app.get("/fail", () => {
      throw new TypeError("the detail");
    });
    await failing.app.request("/fail", { headers: { "x-request-id": "r1" } });
    expect(failing.lines.find((line) => line["level"] === "error")).toMatchObject({
      requestId: "r1",
      err: { message: "the detail" },
    });
  });

  test("503 says when to try again", async () => {
    const failing = emptyApp();
    failing.app.get("/fail", () => {
      throw Object.assign(new Error("x"), { code: "40P01" });
    });
    expect((await failing.app.request("/fail")).headers.get("retry-after")).toBe("5");
  });
});

test("no bytes and no JSON that are sent make the service fail", async () => {
  const awkward = fc.oneof(
    fc.uint8Array({ maxLength: 300 }).map((bytes) => new Uint8Array(bytes)),
    fc.jsonValue({ maxDepth: 5 }).map((value) => JSON.stringify(value)),
    fc
      .record({ name: fc.jsonValue(), parts: fc.jsonValue(), labels: fc.object() })
      .map((value) => JSON.stringify(value)),
    fc.string({ unit: "binary", maxLength: 200 }),
  );
  await fc.assert(
    fc.asyncProperty(awkward, fc.option(fc.string({ maxLength: 30 })), async (body, query) => {
      const path = `/api/v1/things${query === null ? "" : `?${encodeURI(query.toWellFormed())}`}`;
      const response = await postJson(app, path, body);
      expect([201, 400, 413, 415, 422]).toContain(response.status);
    }),
    { numRuns: 500 },
  );
});

test("no path and no query make the service fail", async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ maxLength: 60 }), async (tail) => {
      const url = new URL("http://localhost/api/v1/things/");
      const response = await get(url.href + tail.replaceAll("#", ""));
      expect([200, 400, 404, 422]).toContain(response.status);
    }),
    { numRuns: 500 },
  );
});
