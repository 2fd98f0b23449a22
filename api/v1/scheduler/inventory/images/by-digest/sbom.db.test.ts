import { cycloneDx, digestOf } from "../../../../../../engine/inventory/testing/stored.ts";
import { createInventoryApp, type InventoryApp } from "../../testing/inventory-app.ts";

let app: InventoryApp;
beforeAll(async () => {
  app = await createInventoryApp();
  for (let number = 1; number <= 9; number++) await addImage(number);
});
afterAll(() => app.close());

const images = "/inventory/images";
const at = (number: number) => `${images}/${digestOf(number)}/sbom`;
const addImage = (number: number) =>
  app.send("POST", images, { digest: digestOf(number), repository: "registry.example.com/app" });
const count = async (table: string): Promise<number> =>
  Number((await app.database.owner.query(`select count(*) as n from scheduler.${table}`)).rows[0].n);
const blobs = async (): Promise<number> => {
  let found = 0;
  for await (const _ of app.engine.blobs.list("acme")) found++;
  return found;
};

const send = async (document: unknown) => {
  const { status, body } = await app.send("PUT", at(2), document);
  return [status, body["status"], body["sbomSequence"]];
};

const left = cycloneDx(["pkg:npm/left@1.0.0", "pkg:golang/github.com/BurntSushi/toml@v0.3.0"]);

test("an SBOM becomes the current one, with its counts and coverage, and comes back byte for byte", async () => {
  const document = JSON.stringify({
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    components: [
      { type: "library", name: "a", purl: "pkg:npm/a@1.0.0" },
      { type: "library", name: "b" },
      { type: "library", name: "c", purl: "pkg:generic/c@1" },
      { type: "library", name: "d", purl: "pkg:npm/d" },
    ],
  });
  const { status, body } = await app.send("PUT", at(1), document);
  expect(status).toBe(201);
  expect(body).toMatchObject({
    imageDigest: digestOf(1),
    status: "created",
    sbomSequence: 1,
    sbom: {
      format: "cyclonedx",
      specVersion: "1.6",
      bytes: document.length,
      components: 4,
      matchable: 1,
      unmatchable: { no_purl: 1, type_not_covered: 1, version_missing: 1 },
    },
  });
  const stored = await app.send("GET", at(1));
  const { digest } = body["sbom"] as { digest: string };
  expect([stored.text, stored.headers.get("etag")]).toEqual([document, `"${digest}"`]);
  expect(stored.headers.get("content-type")).toBe("application/vnd.cyclonedx+json");
  const cached = await app.send("GET", at(1), undefined, { "if-none-match": `"${digest}"` });
  expect(cached.status).toBe(304);
  expect((await app.send("GET", `${images}/${digestOf(1)}`)).body["sbom"]).toEqual(body["sbom"]);
});

test("the same document again is unchanged, another one replaces it and raises the sequence", async () => {
  expect(await send(left)).toEqual([201, "created", 1]);
  expect(await send(left)).toEqual([200, "unchanged", 1]);
  expect(await send(cycloneDx(["pkg:npm/left@2.0.0"]))).toEqual([200, "replaced", 2]);
  expect(await send(left)).toEqual([200, "replaced", 3]);
});

test("one document for many images is stored once, a package URL once for all documents", async () => {
  const before = [await count("sboms"), await count("components"), await blobs()];
  for (const number of [3, 4]) expect((await app.send("PUT", at(number), left)).status).toBe(201);
  expect([await count("sboms"), await count("components"), await blobs()]).toEqual(before);
});

test("the package URL of a component is kept as written", async () => {
  const { rows } = await app.database.owner.query(
    "select purl from scheduler.components where purl like '%toml%'",
  );
  expect(rows).toEqual([{ purl: "pkg:golang/github.com/BurntSushi/toml@v0.3.0" }]);
  const { rows: keys } = await app.database.owner.query(
    "select package_key from scheduler.component_keys where package_key like '%toml%' order by 1",
  );
  expect(keys.length).toBe(2);
});

test("SPDX 2.3 is read, and comes back under its media type", async () => {
  const document = {
    spdxVersion: "SPDX-2.3",
    SPDXID: "SPDXRef-DOCUMENT",
    name: "app",
    packages: [
      {
        name: "left",
        SPDXID: "SPDXRef-left",
        versionInfo: "1.0.0",
        externalRefs: [
          {
            referenceCategory: "PACKAGE-MANAGER",
            referenceType: "purl",
            referenceLocator: "pkg:npm/left@1.0.0",
          },
        ],
      },
    ],
  };
  const answer = await app.send("PUT", at(5), document, { "content-type": "application/spdx+json" });
  expect(answer.body["sbom"]).toMatchObject({ format: "spdx", specVersion: "2.3", matchable: 1 });
  expect((await app.send("GET", at(5))).headers.get("content-type")).toBe("application/spdx+json");
});

describe("a document that is refused", () => {
  test.each([
    ["broken JSON", '{"bomFormat":', 400, "not valid JSON"],
    ["nesting without end", "[".repeat(2_000_000), 400, "512 levels deep"],
    ["another format", { hello: "world" }, 422, "bomFormat"],
    ["a wrong purl", cycloneDx(["pkg:npm/ok@1", "nonsense"]), 422, "components[1].purl"],
    [
      "a purl too long",
      cycloneDx([`pkg:npm/${"x".repeat(2_100)}@1`]),
      422,
      "components[0].purl: must be at most 2048 bytes",
    ],
    ["an unknown version", { bomFormat: "CycloneDX", specVersion: "9.9" }, 422, "specVersion"],
    ["bytes that are no text", new Uint8Array([0xff, 0xfe, 0x00]), 400, "not UTF-8"],
  ])("for %s names the place, changes nothing and leaves no blob", async (_, document, status, place) => {
    const before = [await blobs(), await count("sboms"), await count("components")];
    const answer = await app.send("PUT", at(6), document);
    expect([answer.status, answer.headers.get("content-type")]).toEqual([status, "application/problem+json"]);
    expect(answer.text).toContain(place);
    expect([await blobs(), await count("sboms"), await count("components")]).toEqual(before);
    expect((await app.send("GET", at(6))).status).toBe(404);
  });

  test("for an image that is unknown or another tenant's is not found, and no blob is written", async () => {
    const before = await blobs();
    expect((await app.send("PUT", at(77), left)).status).toBe(404);
    expect((await app.send("PUT", at(6), left, { "x-stellaops-tenant": "other" })).status).toBe(404);
    expect(await blobs()).toBe(before);
  });

  test("for its type or its size is told so", async () => {
    expect((await app.send("PUT", at(6), "x", { "content-type": "text/plain" })).status).toBe(415);
    const megabyte = new Uint8Array(1_048_576).fill(0x20);
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => (++sent > 80 ? controller.close() : controller.enqueue(megabyte)),
    });
    expect((await app.send("PUT", at(6), endless)).status).toBe(413);
    expect(sent).toBeLessThan(80);
  });
});

test("two images may get SBOMs that share components at the same time", async () => {
  const purls = Array.from({ length: 3_000 }, (_, i) => `pkg:npm/shared-${i}@1.0.0`);
  const answers = await Promise.all([
    app.send("PUT", at(7), cycloneDx([...purls, "pkg:npm/only-seven@1.0.0"])),
    app.send("PUT", at(8), cycloneDx([...purls.toReversed(), "pkg:npm/only-eight@1.0.0"])),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([201, 201]);
  const { rows } = await app.database.owner.query(
    `select count(*)::int as n from scheduler.images i join scheduler.sbom_components c using (tenant_id, sbom_id)
      where i.digest = any($1) group by i.digest`,
    [[digestOf(7), digestOf(8)]],
  );
  expect(rows).toEqual([{ n: 3_001 }, { n: 3_001 }]);
});

test("200,000 components are read in a thread and stored", async () => {
  const purls = Array.from({ length: 200_000 }, (_, i) => `pkg:npm/many-${i}@1.0.${i % 10}`);
  const { status, body } = await app.send("PUT", at(9), cycloneDx(purls));
  expect(status).toBe(201);
  expect(body["sbom"]).toMatchObject({ components: 200_000, matchable: 200_000 });
}, 120_000);

test("a broken document of some megabytes is refused with its place, too", async () => {
  const purls = Array.from({ length: 40_000 }, (_, i) => `pkg:npm/many-${i}@1.0.0`);
  const answer = await app.send("PUT", at(6), cycloneDx([...purls, "nonsense"]));
  expect(answer.status).toBe(422);
  expect(answer.text).toContain("components[40000].purl");
});
