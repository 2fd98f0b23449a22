import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Line } from "../../platform/http/ndjson.ts";
import { defaultZipLimits, readZipLines, type ZipLimits } from "./read-zip.ts";
import { zipOf } from "./testing/zip-of.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "jobengine-test-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function linesOf(archive: Uint8Array, limits: Partial<ZipLimits> = {}) {
  const file = path.join(folder, "a.zip");
  await writeFile(file, archive);
  const lines: Line[] = [];
  for await (const line of readZipLines(file, { ...defaultZipLimits, ...limits })) lines.push(line);
  return lines;
}
const entry = (name: string, text = "{}") => ({ name, text });

test("JSON files come as lines with their place, others are passed over", async () => {
  const lines = await linesOf(zipOf([entry("a.json", '{"a":1}'), entry("b.txt"), entry("c/d.JSON", "[]")]));
  expect(lines).toEqual([
    { number: 1, text: '{"a":1}' },
    { number: 3, text: "[]" },
  ]);
});

test("an entry that is too large, or packed too well, costs only itself", async () => {
  const bomb = entry("bomb.json", "0".repeat(2_000_000));
  const lines = await linesOf(zipOf([entry("big.json", "x".repeat(50)), bomb, entry("ok.json")]), {
    maxEntryBytes: 40,
  });
  expect(lines.map((line) => ("problem" in line ? line.problem : line.text))).toEqual([
    '"big.json" is larger than 40 bytes',
    '"bomb.json" is larger than 40 bytes',
    "{}",
  ]);
  expect(await linesOf(zipOf([bomb]))).toEqual([
    { number: 1, problem: '"bomb.json" is packed by more than 200' },
  ]);
});

test("an entry that holds more than its header says, or other bytes, cannot be unpacked", async () => {
  const archive = Buffer.from(zipOf([entry("a.json", '{"name":"aaaaaaaaaaaaaaaa"}')]));
  // The size of the content, in the table of contents.
  archive.writeUInt32LE(5, archive.indexOf("PK\u0001\u0002") + 24);
  expect(await linesOf(archive)).toEqual([{ number: 1, problem: '"a.json" cannot be unpacked' }]);
});

test("an entry that is encrypted costs only itself", async () => {
  const archive = Buffer.from(zipOf([entry("a.json"), entry("b.json")]));
  // The flags of the first entry, in the table of contents.
  archive.writeUInt16LE(0x0801, archive.indexOf("PK\u0001\u0002") + 8);
  expect(await linesOf(archive)).toEqual([
    { number: 1, problem: '"a.json" is encrypted' },
    { number: 2, text: "{}" },
  ]);
});

test("too many entries, or too many bytes together, refuse the archive", async () => {
  const archive = zipOf([entry("a.json"), entry("b.json"), entry("c.json")]);
  await expect(linesOf(archive, { maxEntries: 2 })).rejects.toThrow("2 entries at most");
  await expect(linesOf(archive, { maxTotalBytes: 5 })).rejects.toThrow("5 bytes at most");
});

test("many small entries that are packed too well together refuse the archive", async () => {
  const archive = zipOf(Array.from({ length: 20 }, (_, at) => entry(`${at}.json`, " ".repeat(100_000))));
  await expect(linesOf(archive)).resolves.toHaveLength(20);
  await expect(linesOf(archive, { freeTotalBytes: 500_000 })).rejects.toThrow(
    `${archive.length * defaultZipLimits.maxRatio} bytes at most`,
  );
});

test.each([
  ["no archive", new Uint8Array(50)],
  ["an archive that was cut off", zipOf([entry("a.json")]).subarray(0, 40)],
  ["a name that leads out of the archive", zipOf([entry("../../etc/a.json")])],
])("%s is refused", async (_, archive) => {
  await expect(linesOf(archive)).rejects.toThrow("no readable zip archive");
});
