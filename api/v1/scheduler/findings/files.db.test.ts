import type { FindingsWorld } from "../../../../test/support/findings-world.ts";
import { createFindingsWorld, ofImage } from "../../../../test/support/findings-world.ts";
import { rowWriter } from "../../../../test/support/finding-rows.ts";

let world: FindingsWorld;
beforeAll(async () => {
  world = await createFindingsWorld();
});
afterAll(() => world.database.drop());

test("CSV holds the findings of the filter, by name and by Accept", async () => {
  const byName = await world.request("purl=pkg:npm/lodash&format=csv");
  expect(byName.headers.get("content-type")).toContain("text/csv");
  expect(byName.headers.get("content-disposition")).toContain("findings.csv");
  expect(byName.headers.get("x-findings-truncated")).toBe("false");
  expect(JSON.parse(byName.headers.get("x-findings-coverage") ?? "")).toMatchObject({ images: 3 });
  const text = await byName.text();
  expect(text.split("\r\n")).toHaveLength(4);
  expect(text).toContain("pkg:npm/lodash@4.17.19,CVE-2021-23337,GHSA-35jh-r3h4-6jhm,high,7.2");
  const byAccept = await world.request("purl=pkg:npm/lodash", { accept: "text/csv" });
  expect(await byAccept.text()).toBe(text);
  expect(byAccept.headers.get("vary")?.toLowerCase()).toContain("accept");
});

test("SARIF holds the worst first and says so when it has not all", async () => {
  const response = await world.request("", { accept: "application/sarif+json" });
  expect(response.headers.get("content-type")).toContain("application/sarif+json");
  const { runs } = (await response.json()) as {
    runs: [{ results: { ruleId: string }[]; properties: object }];
  };
  expect(runs[0].results[0]?.ruleId).toBe("CVE-2023-1");
  expect(runs[0].results).toHaveLength(4);
  expect(runs[0].properties).toMatchObject({ truncated: false, coverage: { images: 3 } });
});

test("of one image too, and for an unknown image a problem", async () => {
  const csv = await world.request("format=csv", { path: ofImage("aa") });
  expect((await csv.text()).split("\r\n")).toHaveLength(5);
  expect((await world.request("format=csv", { path: ofImage("99") })).status).toBe(404);
  expect((await world.request("format=sarif", { path: ofImage("be") })).status).toBe(404);
});

test("a file takes no page token", async () => {
  const token = (await world.ask("pageSize=1")).body.nextPageToken;
  expect((await world.request(`format=csv&pageToken=${token}`)).status).toBe(422);
});

test("a CSV file of several pieces has each finding once; SARIF stops at its limit and says so", async () => {
  const rows = rowWriter(world.database.owner, "many");
  const imageId = await rows.image({ digest: "aa" });
  await world.database.owner.query(
    `insert into scheduler.findings (tenant_id, image_id, package_key, purl, vulnerability, advisories, advisory_seq,
         severity, severity_rank, content_digest, from_at, from_run, from_cause)
       select 'many', $1, 'npm|p', 'pkg:npm/p@1.0.' || n, 'CVE-' || n, array['CVE-' || n], 1, 'low', 3, 'd',
              '2026-05-01', 'run_1', 'advisory' from generate_series(1, 5001) n`,
    [imageId],
  );
  const csv = await (await world.request("format=csv", { tenant: "many" })).text();
  const lines = csv.trimEnd().split("\r\n").slice(1);
  expect(new Set(lines).size).toBe(5_001);
  const sarif = await world.request("format=sarif", { tenant: "many" });
  expect(sarif.headers.get("x-findings-truncated")).toBe("true");
  const { runs } = (await sarif.json()) as { runs: [{ results: unknown[] }] };
  expect(runs[0].results).toHaveLength(5_000);
});

test.each([
  ["*/*", "application/json"],
  ["text/html, */*;q=0.8", "application/json"],
  ["text/csv;q=0.5, application/json", "application/json"],
  ["application/json;q=0.5, text/csv", "text/csv"],
  ["application/xml", "application/json"],
])("Accept %s is answered with %s", async (accept, type) => {
  const response = await world.request("", { accept });
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toContain(type);
  await response.body?.cancel();
});

test("the API description shows all three forms", async () => {
  const document = (await (await world.app.request("/openapi.json")).json()) as {
    paths: Record<string, { get: { responses: { 200: { content: object } } } }>;
  };
  for (const path of ["findings", "inventory/images/{digest}/findings"]) {
    const { content } = document.paths[`/api/v1/scheduler/${path}`]?.get.responses[200] ?? {};
    expect(Object.keys(content ?? {})).toEqual(["application/json", "application/sarif+json", "text/csv"]);
  }
});
