import { zipOf } from "../../../engine/advisories/testing/zip-of.ts";
import { createInventoryApp, type InventoryApp } from "./inventory/testing/inventory-app.ts";

let app: InventoryApp;
beforeAll(async () => {
  app = await createInventoryApp();
});
afterAll(() => app.close());

const path = "/advisories";
const operator = {
  "x-stellaops-scopes": "scheduler.inventory.write scheduler.inventory.read platform.admin",
};
const ndjson = { "content-type": "application/x-ndjson" };
const zip = { "content-type": "application/zip" };

const record = (id: string, more: object = {}) => ({
  schema_version: "1.6.0",
  id,
  modified: "2026-01-01T00:00:00Z",
  summary: "prose that is not kept",
  affected: [
    {
      package: { ecosystem: "npm", name: "left" },
      ranges: [{ type: "SEMVER", events: [{ introduced: "0" }, { fixed: "1.5.0" }] }],
    },
  ],
  ...more,
});
const linesOf = (documents: unknown[]) => documents.map((document) => JSON.stringify(document)).join("\n");
const batch = (name: string) => linesOf(Array.from({ length: 1_200 }, (_, i) => record(`${name}-${i}`)));
const sequence = async () => Number((await app.send("GET", "/feeds")).body["feedSequence"]);

describe("one record", () => {
  test("is created, unchanged, updated or stale, and takes a number only when it is new", async () => {
    const from = await sequence();
    const send = async (document: unknown) => {
      const { status, body } = await app.send("POST", path, document);
      return [status, body["status"], Number(body["feedSequence"]) - from];
    };
    expect(await send(record("A-1"))).toEqual([201, "created", 1]);
    expect(await send(record("A-1", { summary: "other prose" }))).toEqual([200, "unchanged", 1]);
    expect(await send(record("A-1", { modified: "2026-02-01T00:00:00Z" }))).toEqual([200, "updated", 2]);
    expect(await send(record("A-1", { aliases: ["CVE-1"] }))).toEqual([200, "stale", 2]);
  });

  test("is read as facts, now and as of a feed sequence", async () => {
    const { body: first } = await app.send("POST", path, record("A-2", { aliases: ["CVE-2"] }));
    const withdrawn = "2026-03-01T00:00:00Z";
    await app.send("POST", path, record("A-2", { modified: withdrawn, withdrawn }));
    const now = await app.send("GET", `${path}/A-2`);
    expect(now.body).toMatchObject({
      schemaVersion: "scheduler.advisory@1",
      feed: "tenant",
      facts: { id: "A-2", withdrawn, aliases: [], severity: { level: "unknown" } },
    });
    expect(now.text).not.toContain("prose");
    const then = await app.send("GET", `${path}/A-2?asOfSeq=${String(first["feedSequence"])}`);
    expect(then.body["facts"]).toMatchObject({ aliases: ["CVE-2"] });
    expect(then.body["replacedBySequence"]).toBe(now.body["sequence"]);
    expect((await app.send("GET", `${path}/A-2?asOfSeq=0`)).status).toBe(404);
    const etag = now.headers.get("etag")!;
    expect((await app.send("GET", `${path}/A-2`, undefined, { "if-none-match": etag })).status).toBe(304);
  });

  test.each([
    ["no id", { modified: "2026-01-01T00:00:00Z" }, "id"],
    ["a wrong range", record("A-3", { affected: [{ ranges: [{ type: "X", events: [] }] }] }), "affected[0]"],
    ["a year that cannot be stored", record("A-3", { modified: "0000-01-01T00:00:00Z" }), "modified"],
    [
      "a name that no index holds",
      record("A-3", { affected: [{ package: { ecosystem: "npm", name: "é".repeat(1_000) } }] }),
      "affected",
    ],
  ])("with %s is refused with its place", async (_, document, place) => {
    const answer = await app.send("POST", path, document);
    expect([answer.status, answer.headers.get("content-type")]).toEqual([422, "application/problem+json"]);
    expect(answer.text).toContain(place);
  });

  test("has one effect for one idempotency key", async () => {
    const key = { "idempotency-key": "k" };
    const first = await app.send("POST", path, record("A-4"), key);
    const again = await app.send("POST", path, record("A-4"), key);
    expect([again.status, again.body]).toEqual([201, first.body]);
    expect((await app.send("POST", path, record("A-5"), key)).status).toBe(422);
  });
});

describe("the shared feed", () => {
  test("is read by every tenant and written by the platform alone", async () => {
    expect((await app.send("POST", `${path}?feed=shared`, record("S-1"))).status).toBe(403);
    expect((await app.send("POST", `${path}?feed=shared`, record("S-1"), operator)).status).toBe(201);
    const foreign = { "x-stellaops-tenant": "other" };
    expect((await app.send("GET", `${path}/S-1`, undefined, foreign)).body["feed"]).toBe("shared");
    expect((await app.send("GET", `${path}/A-1`, undefined, foreign)).status).toBe(404);
  });

  test("is hidden where the tenant has a record of its own with the id", async () => {
    const shared = await app.send("POST", `${path}?feed=shared`, record("S-2"), operator);
    await app.send("POST", path, record("S-2", { aliases: ["CVE-S2"] }));
    expect((await app.send("GET", `${path}/S-2`)).body["feed"]).toBe("tenant");
    const before = `${path}/S-2?asOfSeq=${String(shared.body["feedSequence"])}`;
    expect((await app.send("GET", before)).body["feed"]).toBe("shared");
    const list = async (headers = {}) => {
      const { body } = await app.send("GET", `${path}?pageSize=500`, undefined, headers);
      const items = body["items"] as { id: string; feed: string }[];
      return items.filter(({ id }) => id === "S-2").map(({ feed }) => feed);
    };
    expect([await list(), await list({ "x-stellaops-tenant": "other" })]).toEqual([["tenant"], ["shared"]]);
  });

  test("is counted apart from the tenant's own, and its writer is in the audit", async () => {
    const { body } = await app.send("GET", "/feeds");
    const feeds = body["feeds"] as { feed: string; advisories: number }[];
    expect(feeds.map(({ feed }) => feed)).toEqual(["tenant", "shared"]);
    const { rows } = await app.database.owner.query(
      "select details ->> 'feed' as feed, actor from scheduler.audit where target_id = 'S-1'",
    );
    expect(rows).toEqual([{ feed: "shared", actor: "ann" }]);
  });
});

describe("many records", () => {
  test("of a stream cost only themselves when they are bad, and are told by their line", async () => {
    const from = await sequence();
    const lines = linesOf([record("M-1"), { id: 1 }, record("M-1")]);
    const body = `${lines}\n\n{oops\n${"[".repeat(1_000)}\n${JSON.stringify(record("M-2"))}`;
    const answer = await app.send("POST", path, body, ndjson);
    expect(answer.body).toEqual({
      feedSequence: from + 2,
      created: 2,
      updated: 0,
      unchanged: 1,
      stale: 0,
      failed: 3,
      errors: [
        { line: 2, message: expect.stringMatching(/^id: /) },
        { line: 5, message: "is not valid JSON" },
        { line: 6, message: "is nested more than 64 levels deep" },
      ],
    });
  });

  test("replace each other in the order of their lines, also within one batch", async () => {
    const versions = [1, 2, 3].map((day) => record("M-3", { modified: `2026-01-0${day}T00:00:00Z` }));
    const from = await sequence();
    const answer = await app.send("POST", path, linesOf(versions), ndjson);
    expect(answer.body).toMatchObject({ created: 1, updated: 2, feedSequence: from + 3 });
    const { rows } = await app.database.owner.query(
      "select seq, superseded_seq from scheduler.advisories where advisory_id = 'M-3' order by seq",
    );
    expect(
      rows.map((row) => [Number(row.seq) - from, row.superseded_seq && Number(row.superseded_seq) - from]),
    ).toEqual([
      [1, 2],
      [2, 3],
      [3, null],
    ]);
  });

  test("written by two at once get numbers in the order in which they are committed, without a gap", async () => {
    const from = await sequence();
    const answers = await Promise.all([
      app.send("POST", path, batch("X"), ndjson),
      app.send("POST", `${path}?feed=shared`, batch("Y"), { ...ndjson, ...operator }),
    ]);
    expect(answers.map(({ body }) => body["created"])).toEqual([1_200, 1_200]);
    const { rows } = await app.database.owner.query(
      "select count(distinct seq)::int as numbers, max(seq)::int as last from scheduler.advisories where seq > $1",
      [from],
    );
    expect(rows).toEqual([{ numbers: 2_400, last: from + 2_400 }]);
    expect(await sequence()).toBe(from + 2_400);
  });

  test("come as a zip archive, too, its entries told by their place", async () => {
    const archive = zipOf([
      { name: "Z-1.json", text: JSON.stringify(record("Z-1")) },
      { name: "README.md", text: "not a record" },
      { name: "bad.json", text: "{oops" },
      { name: "deep/Z-2.json", text: JSON.stringify(record("Z-2")) },
    ]);
    const answer = await app.send("POST", path, archive, zip);
    expect(answer.body).toMatchObject({
      created: 2,
      failed: 1,
      errors: [{ line: 3, message: "is not valid JSON" }],
    });
  });

  test("are refused as a whole when they are no archive", async () => {
    const answer = await app.send("POST", path, new Uint8Array(100), zip);
    expect([answer.status, answer.body["detail"]]).toEqual([400, "The body is no readable zip archive."]);
    expect((await app.send("POST", path, "x", { "content-type": "text/plain" })).status).toBe(415);
  });
});

describe("the list of records", () => {
  beforeAll(async () => {
    const debian = { package: { ecosystem: "Debian:12", name: "openssl" }, versions: ["1"] };
    await app.send(
      "POST",
      path,
      linesOf([
        record("L-1", { affected: [debian], aliases: ["CVE-L1"], modified: "2026-06-01T00:00:00Z" }),
        record("L-2", { withdrawn: "2026-01-01T00:00:00Z", affected: [debian] }),
        record("L-3", {
          affected: [debian],
          severity: [{ type: "CVSS_V3", score: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H" }],
        }),
      ]),
      ndjson,
    );
  });

  test.each([
    ["purl=pkg:deb/debian/openssl%3Fdistro=debian-12", ["L-3", "L-2", "L-1"]],
    ["ecosystem=Debian:12", ["L-3", "L-2", "L-1"]],
    ["ecosystem=Debian&withdrawn=false", ["L-3", "L-1"]],
    ["ecosystem=Debian&withdrawn=true", ["L-2"]],
    ["ecosystem=Debian&severity=critical", ["L-3"]],
    ["ecosystem=Debian&modifiedSince=2026-05-01T00:00:00Z", ["L-1"]],
    ["alias=CVE-L1", ["L-1"]],
    ["ecosystem=Alpine", []],
  ])("holds by %s those that meet every filter, newest first", async (query, ids) => {
    const { status, body } = await app.send("GET", `${path}?${query}`);
    expect(status).toBe(200);
    expect((body["items"] as { id: string }[]).map(({ id }) => id)).toEqual(ids);
  });

  test("is walked by pages over both feeds without a gap or a repetition", async () => {
    const seen: string[] = [];
    for (let token = ""; ;) {
      const { body } = await app.send(
        "GET",
        `${path}?pageSize=400&pageToken=${token}`.replace(/&pageToken=$/, ""),
      );
      seen.push(...(body["items"] as { id: string }[]).map(({ id }) => id));
      if (body["nextPageToken"] === undefined) break;
      token = body["nextPageToken"] as string;
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.length).toBeGreaterThan(2_400);
  });

  test("refuses what is no package URL", async () => {
    expect((await app.send("GET", `${path}?purl=left`)).status).toBe(422);
  });
});
