import type { FindingsWorld, Asked } from "../../../test/support/findings-world.ts";
import { createFindingsWorld, ofImage } from "../../../test/support/findings-world.ts";
import { digestOf, rowWriter } from "../../../test/support/finding-rows.ts";

let world: FindingsWorld;
beforeAll(async () => {
  world = await createFindingsWorld();
});
afterAll(() => world.database.drop());

/** What was found, as `<digest pair> <purl name@version> <vulnerability>`. */
async function found(query: string, asked: Asked = {}): Promise<string[]> {
  const { status, body } = await world.ask(query, asked);
  expect(status).toBe(200);
  return body.items.map(
    ({ imageDigest, purl, vulnerability }) =>
      `${imageDigest.slice(7, 9)} ${purl.slice(purl.lastIndexOf("/") + 1).replace(/\?.*/, "")} ${vulnerability}`,
  );
}

const lodashA = "aa lodash@4.17.20 CVE-2021-23337";
const lodashB = "bb lodash@4.17.19 CVE-2021-23337";
const toml = "aa toml@v1.0.0 GO-2020-1";
const libssl = "aa libssl3@3.0.11-1 CVE-2023-1";
const all = [lodashA, lodashB, toml, libssl];

describe("filters", () => {
  test.each([
    ["pageSize=500", all],
    ["severity=critical&severity=high", [lodashA, lodashB, libssl]],
    ["severity=unknown", [toml]],
    ["repository=r.example/other", [lodashB]],
    ["namespace=dev", []],
    [`image=${digestOf("aa")}`, [lodashA, toml, libssl]],
    [`image=${digestOf("be")}`, []],
    ["repository=r.example/app&severity=high", [lodashA]],
    ["purl=pkg:npm/lodash", [lodashA, lodashB]],
    ["purl=pkg:npm/lodash@4.17.20", [lodashA]],
    [`purl=${encodeURIComponent("pkg:npm/lodash@vers:npm/<4.17.20")}`, [lodashB]],
    ["purl=pkg:npm/nothing", []],
    ["purl=pkg:golang/github.com/burntsushi/toml", [toml]],
    ["purl=pkg:golang/github.com/BurntSushi/toml@v1.0.0", [toml]],
    [`purl=${encodeURIComponent("pkg:deb/debian/libssl3?distro=debian-12")}`, [libssl]],
    [`purl=${encodeURIComponent("pkg:deb/debian/openssl?distro=debian-12")}`, [libssl]],
    ["vulnerability=CVE-2021-23337", [lodashA, lodashB]],
    ["vulnerability=GHSA-35jh-r3h4-6jhm", [lodashA, lodashB]],
    ["vulnerability=SNYK-1", [lodashA, lodashB]],
    ["vulnerability=SNYK-9", []],
    ["vulnerability=CVE-0000-0", []],
    ["vulnerability=SNYK-1&purl=pkg:npm/lodash@4.17.19", [lodashB]],
  ])("%s", async (query, expected) => expect(await found(query)).toEqual(expected));
});

describe("coverage", () => {
  test("sums the images in question, those without a result told apart", async () => {
    expect((await world.ask("")).body.coverage).toEqual({
      images: 3,
      imagesWithResult: 2,
      components: 15,
      matchable: 13,
      notCovered: 1,
      countedAt: expect.any(String),
    });
    expect((await world.ask("namespace=dev")).body.coverage).toMatchObject({
      images: 1,
      imagesWithResult: 0,
    });
    expect((await world.ask("repository=r.example/other&severity=low")).body.coverage).toMatchObject({
      images: 1,
      components: 5,
    });
    expect((await world.ask(`image=${digestOf("be")}`)).body.coverage).toMatchObject({ images: 0 });
  });

  test("of an image names the result that it comes from", async () => {
    const { body } = await world.ask("", { path: ofImage("aa") });
    expect(body.coverage).toEqual({
      images: 1,
      imagesWithResult: 1,
      components: 10,
      matchable: 8,
      notCovered: 1,
      countedAt: expect.any(String),
      result: {
        runId: "run_1",
        finishedAt: "2026-05-01T00:00:00.000Z",
        feedSequence: 7,
        matcherVersion: 1,
        isOfCurrentSbom: true,
      },
    });
    const unmatched = await world.ask("", { path: ofImage("cc") });
    expect(unmatched.body.items).toEqual([]);
    expect(unmatched.body.coverage).toMatchObject({ imagesWithResult: 0 });
    expect(unmatched.body.coverage).not.toHaveProperty("result");
  });
});

/** Every page of one finding each, until there is no token. */
async function walk(query: string, path: string, tenant = "acme"): Promise<string[]> {
  const seen: string[] = [];
  let token: string | undefined;
  do {
    const { body } = await world.ask(
      `${query}&pageSize=1${token === undefined ? "" : `&pageToken=${token}`}`,
      { path, tenant },
    );
    expect(body.items.length).toBe(1);
    expect(body.coverage).toMatchObject({ images: expect.any(Number) });
    seen.push(
      ...body.items.map(({ vulnerability, imageDigest }) => `${imageDigest.slice(7, 9)} ${vulnerability}`),
    );
    token = body.nextPageToken;
  } while (token !== undefined);
  return seen;
}

describe("pages", () => {
  test("of all images follow each other by id, for several package keys and severities too", async () => {
    const expected = ["aa CVE-2021-23337", "bb CVE-2021-23337", "aa GO-2020-1", "aa CVE-2023-1"];
    expect(await walk("", "findings")).toEqual(expected);
    expect(await walk("severity=unknown&severity=high&severity=critical", "findings")).toEqual(expected);
    expect(await walk("vulnerability=SNYK-1", "findings")).toEqual(expected.slice(0, 2));
  });

  test("of an image come worst first, those without a score last of their level", async () => {
    const rows = rowWriter(world.database.owner, "sorted");
    const imageId = await rows.image({ digest: "ee" });
    const finding = { imageId, purl: "pkg:npm/e@1.0.0", packageKey: "npm|e", to: "2027-01-01T00:00:00.000Z" };
    await rows.finding({ ...finding, vulnerability: "V-1", severity: "unknown" });
    await rows.finding({ ...finding, vulnerability: "V-2", severity: "high" });
    await rows.finding({ ...finding, vulnerability: "V-3", severity: "high", score: 7.1 });
    await rows.finding({ ...finding, vulnerability: "V-4", severity: "high", score: 8.9 });
    await rows.finding({ ...finding, vulnerability: "V-5", severity: "critical", score: 9.1 });
    await rows.finding({ ...finding, vulnerability: "V-6", severity: "high", score: 7.1 });
    const order = ["V-5", "V-4", "V-3", "V-6", "V-2", "V-1"].map((id) => `ee ${id}`);
    expect(await walk("asOf=2026-05-02", ofImage("ee"), "sorted")).toEqual(order);
  });

  test("a token opens for its own filter only", async () => {
    const token = (await world.ask("pageSize=1")).body.nextPageToken;
    expect((await world.ask(`severity=high&pageToken=${token}`)).status).toBe(422);
    expect((await world.ask(`pageToken=${token}`, { path: ofImage("aa") })).status).toBe(422);
    expect((await world.ask(`pageToken=${token}`, { tenant: "beta" })).status).toBe(422);
  });
});

describe("refusals", () => {
  test.each([
    "severity=terrible",
    "asOf=tomorrow",
    "asOf=2999-01-01",
    "image=latest",
    "purl=lodash",
    "purl=pkg:npm/a%00b",
    `purl=${encodeURIComponent("pkg:npm/a@vers:npm/<<1")}`,
    "vulnerability=",
    "vulnerability=%00",
    "format=xml",
    "pageToken=abc",
    "pageSize=0",
    "colour=red",
    `purl=pkg:npm/${"a".repeat(5000)}`,
  ])("%.80s is a problem that says which field", async (query) => {
    const { status, body } = await world.ask(query);
    expect([status, body.detail]).toEqual([expect.any(Number), expect.any(String)]);
    expect([400, 422]).toContain(status);
  });

  test("a scope is needed, and an image must exist for the tenant that asks", async () => {
    const response = await world.request("", { scopes: "scheduler.inventory.read" });
    expect(response.status).toBe(403);
    expect((await world.ask("", { path: ofImage("be") })).status).toBe(404);
    expect((await world.ask("", { path: "inventory/images/latest/findings" })).status).toBe(404);
  });

  test("a tenant sees its own findings only", async () => {
    expect(await found("purl=pkg:npm/lodash", { tenant: "beta" })).toEqual([
      "be lodash@4.17.20 CVE-2021-23337",
    ]);
    expect(await found("", { tenant: "nobody" })).toEqual([]);
  });
});
