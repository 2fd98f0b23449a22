import { createLog } from "../../log/log.ts";
import { createMetrics } from "../../metrics/registry.ts";
import { createHealthApp } from "../app.ts";
import { emptyApp } from "../testing/sample-app.ts";

test("/healthz answers as long as the process runs", async () => {
  const { app } = emptyApp({ readiness: { postgres: () => Promise.reject(new Error("down")) } });
  const response = await app.request("/healthz");
  expect([response.status, await response.json()]).toEqual([
    200,
    { service: "sample", status: "ok", version: "0.0.0" },
  ]);
});

test("/readyz has a line for each dependency and is 503 when one is down, without its message", async () => {
  const down = Object.assign(new Error("connect to secret-host"), { code: "ECONNREFUSED" });
  const { app } = emptyApp({
    readiness: { postgres: () => Promise.resolve(), valkey: () => Promise.reject(down) },
  });
  const response = await app.request("/readyz");
  expect(response.status).toBe(503);
  expect(await response.json()).toEqual({
    status: "not_ready",
    checks: [
      { name: "postgres", ok: true, ms: expect.any(Number) },
      { name: "valkey", ok: false, ms: expect.any(Number), error: "ECONNREFUSED" },
    ],
  });
});

test("/readyz is 200 when all is well and 503 once the process is stopping", async () => {
  const closing = new AbortController();
  const { app } = emptyApp({ readiness: { postgres: () => Promise.resolve() }, closing: closing.signal });
  expect((await app.request("/readyz")).status).toBe(200);
  closing.abort();
  expect((await app.request("/readyz")).status).toBe(503);
});

test("/metrics counts requests by route pattern, never by path", async () => {
  const { app } = emptyApp();
  await app.request("/healthz");
  await app.request("/some/secret/path");
  const text = await (await app.request("/metrics")).text();
  expect(text).toMatch(/http_request_duration_seconds_count\{.*route="\/healthz".*\} 1/);
  expect(text).toContain('route="(none)"');
  expect(text).not.toContain("secret");
});

test("the API page is served whole by us, under a policy that lets nothing else in", async () => {
  const { app } = emptyApp();
  const page = await app.request("/docs");
  const html = await page.text();
  expect(page.headers.get("content-security-policy")).toContain("script-src 'self'");
  const links = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? "");
  expect(links.filter((link) => !link.startsWith("data:"))).toEqual([
    "docs/swagger-ui.css",
    "docs/swagger-ui-bundle.js",
    "docs/start.js",
  ]);
  for (const link of links.filter((one) => one.startsWith("docs/"))) {
    const file = await app.request(`/${link}`);
    expect([link, file.status]).toEqual([link, 200]);
    expect((await file.arrayBuffer()).byteLength).toBeGreaterThan(100);
  }
  expect(await (await app.request("/docs/start.js")).text()).toContain("validatorUrl: null");
  expect((await app.request("/docs/package.json")).status).toBe(404);
});

test("a process that serves no API shows health and metrics and nothing else", async () => {
  const app = createHealthApp({
    log: createLog({ service: "worker", level: "silent" }),
    serviceName: "scheduler-worker",
    version: "0.0.0",
    readiness: {},
    metrics: createMetrics("worker", { processMetrics: false }),
  });
  const statuses = await Promise.all(
    ["/healthz", "/readyz", "/metrics", "/docs", "/openapi.json"].map(
      async (path) => (await app.request(path)).status,
    ),
  );
  expect(statuses).toEqual([200, 200, 200, 404, 404]);
});

test("an answer that a route describes itself stands in the description in place of the shared one", async () => {
  const response = await emptyApp().app.request("/openapi.json");
  expect(await response.json()).toHaveProperty(
    ["paths", "/readyz", "get", "responses"],
    expect.objectContaining({
      500: { $ref: "#/components/responses/Problem_internal" },
      503: expect.objectContaining({ content: { "application/json": expect.anything() } }),
    }),
  );
});
