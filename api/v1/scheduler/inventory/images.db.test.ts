import { digestOf } from "../../../../engine/inventory/testing/stored.ts";
import { createInventoryApp, type InventoryApp } from "./testing/inventory-app.ts";

let app: InventoryApp;
beforeAll(async () => {
  app = await createInventoryApp();
});
afterAll(() => app.close());

const path = "/inventory/images";
const image = (number: number, more: object = {}) => ({
  digest: digestOf(number),
  repository: "registry.example.com/team/app",
  ...more,
});
const ndjson = { "content-type": "application/x-ndjson" };
const linesOf = (documents: unknown[]) => documents.map((document) => JSON.stringify(document)).join("\n");
const audits = async () => {
  const { rows } = await app.database.owner.query(
    "select action, target_id, details from scheduler.audit where tenant_id = 'acme' order by seq",
  );
  return rows as { action: string; target_id: string; details: Record<string, unknown> }[];
};

const seenAt = async (lastSeenAt: string) =>
  String((await app.send("PUT", path, image(2, { lastSeenAt }))).body["lastSeenAt"]);
const get = async (query: string) => {
  const { body, status } = await app.send("GET", `${path}?${query}`);
  expect(status).toBe(200);
  return body as unknown as { items: { digest: string }[]; nextPageToken?: string };
};
const digests = async (query: string) => (await get(query)).items.map(({ digest }) => digest);

describe("one image", () => {
  test("is created, then unchanged, then updated, with its revision as ETag", async () => {
    const first = await app.send("POST", path, image(1, { tags: ["b", "a"], labels: { team: "x" } }));
    expect(first.status).toBe(201);
    expect(first.headers.get("etag")).toBe('"1"');
    expect(first.body).toMatchObject({
      schemaVersion: "scheduler.image@1",
      digest: digestOf(1),
      namespace: "default",
      tags: ["a", "b"],
      labels: { team: "x" },
      revision: 1,
    });
    const again = await app.send("PUT", path, image(1, { tags: ["a", "b"], labels: { team: "x" } }));
    expect([again.status, again.body["revision"]]).toEqual([200, 1]);
    const changed = await app.send("PUT", path, image(1, { tags: ["c"] }));
    expect(changed.body).toMatchObject({ tags: ["c"], labels: {}, revision: 2 });
    const { status, body, headers } = await app.send("GET", `${path}/${digestOf(1)}`);
    expect([status, body, headers.get("etag")]).toEqual([200, changed.body, '"2"']);
    const cached = await app.send("GET", `${path}/${digestOf(1)}`, undefined, { "if-none-match": '"2"' });
    expect(cached.status).toBe(304);
    expect((await audits()).map(({ action, details }) => [action, details["status"]])).toEqual([
      ["image.upsert", "created"],
      ["image.upsert", "updated"],
    ]);
  });

  test("is last seen later only, and never in the future", async () => {
    expect(await seenAt("2020-01-01T00:00:00Z")).toBe("2020-01-01T00:00:00.000Z");
    expect(await seenAt("2019-01-01T00:00:00Z")).toBe("2020-01-01T00:00:00.000Z");
    expect(await seenAt("2021-01-01T00:00:00Z")).toBe("2021-01-01T00:00:00.000Z");
    expect(Date.parse(await seenAt("2999-01-01T00:00:00Z"))).toBeLessThan(Date.now() + 60_000);
  });

  test("has one effect for one idempotency key, and the first answer again", async () => {
    const key = { "idempotency-key": "k1" };
    const first = await app.send("POST", path, image(3), key);
    await app.send("PUT", path, image(3, { tags: ["later"] }));
    const again = await app.send("POST", path, image(3), key);
    expect([again.status, again.body]).toEqual([201, first.body]);
    expect(again.headers.get("idempotency-replayed")).toBe("true");
    expect((await app.send("POST", path, image(4), key)).status).toBe(422);
  });

  test.each([
    ["an unknown field", image(9, { repo: "x" }), 422, "repo"],
    ["a wrong digest", { ...image(9), digest: "sha256:x" }, 422, "digest"],
    ["a NUL", '{"digest":"\\u0000"}', 422, "digest"],
    ["broken JSON", '{"digest":', 400, "JSON"],
    ["no object", "[]", 422, "body"],
  ])("with %s is refused with its place", async (_, body, status, place) => {
    const answer = await app.send("POST", path, body);
    expect([answer.status, answer.headers.get("content-type")]).toEqual([status, "application/problem+json"]);
    expect(answer.text).toContain(place);
  });

  test("is deleted by the revision that was read, and its open findings end", async () => {
    await app.send("POST", path, image(5, { tags: ["a"] }));
    const at = `${path}/${digestOf(5)}`;
    await app.database.owner.query(`
      insert into scheduler.findings (tenant_id, image_id, package_key, purl, vulnerability, advisories, advisory_seq,
        severity, severity_rank, content_digest, from_at, from_run, from_cause)
      select tenant_id, image_id, 'npm|left', 'pkg:npm/left@1', 'CVE-1', '{}', 1, 'high', 1, '', now(), 'run', 'sbom'
        from scheduler.images where tenant_id = 'acme' and digest = '${digestOf(5)}'`);
    expect((await app.send("DELETE", at)).status).toBe(428);
    expect((await app.send("DELETE", at, undefined, { "if-match": '"7"' })).status).toBe(412);
    expect((await app.send("DELETE", at, undefined, { "if-match": '"1"' })).status).toBe(204);
    expect((await app.send("GET", at)).status).toBe(404);
    expect((await app.send("DELETE", at, undefined, { "if-match": "*" })).status).toBe(404);
    const { rows } = await app.database.owner.query("select to_cause from scheduler.findings");
    expect(rows).toEqual([{ to_cause: "image_deleted" }]);
    expect((await audits()).at(-1)).toMatchObject({ action: "image.delete", target_id: digestOf(5) });
  });

  test("of another tenant is not there", async () => {
    const foreign = { "x-stellaops-tenant": "other" };
    expect((await app.send("GET", `${path}/${digestOf(1)}`, undefined, foreign)).status).toBe(404);
    expect((await app.send("GET", `${path}/not-a-digest`)).status).toBe(404);
  });
});

describe("lines of images", () => {
  test("are told one by one in order, a bad line costs only itself, the summary is last", async () => {
    const body = linesOf([
      image(101),
      image(101, { tags: ["x"] }),
      { digest: "nope" },
      image(1, { tags: ["c"] }),
    ]);
    const { status, lines } = await app.send("POST", path, `${body}\n\nno json\n`, ndjson);
    expect(status).toBe(200);
    expect(lines).toEqual([
      { line: 1, status: "created", digest: digestOf(101) },
      { line: 2, status: "updated", digest: digestOf(101) },
      { line: 3, status: "error", error: expect.stringMatching(/^digest: /) },
      { line: 4, status: "unchanged", digest: digestOf(1) },
      { line: 6, status: "error", error: "is not valid JSON" },
      { summary: { created: 1, updated: 1, unchanged: 1, errors: 2 } },
    ]);
  });

  test("may hold nothing that a single image may not hold", async () => {
    const start = JSON.stringify(image(102)).slice(0, -1);
    const deep = `"a":${"[".repeat(100)}${"]".repeat(100)}`;
    const body = ['"__proto__":"x"', '"a":"\\u0000"', '"a":"\\ud800"', deep]
      .map((label) => `${start},"labels":{${label}}}`)
      .join("\n");
    const { lines } = await app.send("POST", path, body, ndjson);
    expect(lines.map(({ error }) => error)).toEqual([
      expect.stringMatching(/^labels\.__proto__: /),
      expect.stringMatching(/^labels\.a: /),
      expect.stringMatching(/^labels\.a: /),
      "is nested more than 64 levels deep",
      undefined,
    ]);
  });

  test("by the thousand are batches, one audit entry with the counts, and unchanged the second time", async () => {
    const body = linesOf(
      Array.from({ length: 2_300 }, (_, i) =>
        image(10_000 + i, { tags: [`build-${i}`], labels: { n: `${i}` } }),
      ),
    );
    const before = (await audits()).length;
    const first = await app.send("PUT", path, body, ndjson);
    expect(first.lines.length).toBe(2_301);
    expect(first.lines.at(-1)).toEqual({ summary: { created: 2_300, updated: 0, unchanged: 0, errors: 0 } });
    expect((await audits()).slice(before)).toEqual([
      {
        action: "image.upsert-many",
        target_id: "images",
        details: { created: 2_300, updated: 0, unchanged: 0, errors: 0 },
      },
    ]);
    const second = await app.send("PUT", path, body, ndjson);
    expect(second.lines.at(-1)).toEqual({ summary: { created: 0, updated: 0, unchanged: 2_300, errors: 0 } });
    expect((await audits()).length).toBe(before + 1);
  });
});

describe("the list of images", () => {
  beforeAll(async () => {
    await app.send(
      "POST",
      path,
      linesOf([
        image(201, { namespace: "prod", repository: "r/one", tags: ["v1", "x"], labels: { a: "1", b: "2" } }),
        image(202, { namespace: "prod", repository: "r/two", tags: ["v1"], labels: { a: "1" } }),
        image(203, { namespace: "test", repository: "r/two", tags: ["v2"], labels: { a: "2" } }),
      ]),
      ndjson,
    );
  });

  test.each([
    ["namespace=prod", [201, 202]],
    ["repository=r/two", [202, 203]],
    ["tag=v1", [201, 202]],
    ["tag=v1&repository=r/two", [202]],
    ["label=a%3D1", [201, 202]],
    ["label=a%3D1&label=b%3D2", [201]],
    [`digest=${digestOf(203)}`, [203]],
    ["namespace=prod&hasSbom=true", []],
    ["namespace=prod&hasSbom=false", [201, 202]],
  ])("holds by %s those that meet every filter", async (query, numbers) => {
    expect(await digests(query)).toEqual(numbers.map(digestOf));
  });

  test("is walked by pages without a gap or a repetition", async () => {
    const seen: string[] = [];
    for (let token: string | undefined = ""; token !== undefined;) {
      const page = await get(`pageSize=500${token && `&pageToken=${token}`}`);
      seen.push(...page.items.map(({ digest }) => digest));
      token = page.nextPageToken;
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.length).toBeGreaterThan(2_300);
  });

  test("refuses a token of another filter, and unknown parameters", async () => {
    const { nextPageToken } = await get("pageSize=1&namespace=prod");
    expect((await app.send("GET", `${path}?namespace=test&pageToken=${nextPageToken}`)).status).toBe(422);
    expect((await app.send("GET", `${path}?name=x`)).status).toBe(422);
    expect((await app.send("GET", `${path}?label=noequals`)).status).toBe(422);
  });
});

test("writing needs the scope to write", async () => {
  const readOnly = { "x-stellaops-scopes": "scheduler.inventory.read" };
  expect((await app.send("POST", path, image(1), readOnly)).status).toBe(403);
  expect((await app.send("PATCH", path, image(1))).status).toBe(405);
});

test("the API description shows the schema of an image beside the stream of lines", async () => {
  const answer = await app.send("GET", "/../../../openapi.json");
  const { paths } = answer.body as { paths: Record<string, { post: { requestBody: { content: object } } }> };
  const { content } = paths[`/api/v1/scheduler${path}`]!.post.requestBody;
  expect(content).toMatchObject({
    "application/json": {
      schema: { type: "object", required: expect.arrayContaining(["digest", "repository"]) },
    },
    "application/x-ndjson": { schema: { type: "string", format: "binary" } },
  });
});
