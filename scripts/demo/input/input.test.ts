import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { readOsvFiles, recordsIn } from "./read-osv.ts";
import { readSbomFiles, repositoryName } from "./read-sboms.ts";

const folder = mkdtempSync(path.join(tmpdir(), "jobengine-demo-input-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Buffer): string {
  const written = path.join(folder, name);
  writeFileSync(written, content);
  return written;
}

const a = { id: "A-1", modified: "2026-01-01T00:00:00Z" };
const b = { id: "B-2", modified: "2026-01-01T00:00:00Z" };

test.each([
  ["one document", JSON.stringify(a, null, 2), [a]],
  ["an array", JSON.stringify([a, b], null, 2), [a, b]],
  ["lines", `${JSON.stringify(a)}\n${JSON.stringify(b)}\n`, [a, b]],
  ["one line", `${JSON.stringify(a)}\n`, [a]],
])("advisories are read from %s", (_, text, records) => expect(recordsIn(text, "x")).toEqual(records));

test("advisories in gzip are read", async () => {
  const packed = file("osv.ndjson.gz", gzipSync(`${JSON.stringify(a)}\n${JSON.stringify(b)}\n`));
  expect(await readOsvFiles([packed])).toEqual([a, b]);
});

test("a wrong line of advisories is told by its number", () => {
  expect(() => recordsIn(`${JSON.stringify(a)}\n${JSON.stringify(b)}\nnonsense\n`, "x.ndjson")).toThrow(
    "x.ndjson, line 3 is not JSON.",
  );
});

const sbom = (subject: object) =>
  JSON.stringify({
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    metadata: { component: subject },
    components: [],
  });

test("an image has the name and version of the SBOM's subject", () => {
  const one = file(
    "one.cdx.json",
    sbom({ type: "application", name: "Proton Bridge", version: "1.8.0+build 7" }),
  );
  expect(readSbomFiles([one, one])).toMatchObject([{ repository: "Proton-Bridge", tags: ["1.8.0-build-7"] }]);
});

test("without a subject the name of the file stands in", () => {
  expect(repositoryName(undefined, "/somewhere/juice-shop-11.cdx.json")).toBe("juice-shop-11");
  expect(repositoryName({ name: "///" }, "app.json")).toBe("app");
});

test("a file that is no SBOM is refused by name", () => {
  const wrong = file("wrong.json", "{}");
  expect(() => readSbomFiles([wrong])).toThrow("wrong.json");
});
