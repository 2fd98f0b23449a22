import { parseSbomBytes } from "./parse-sbom-bytes.ts";

const bytesOf = (text: string, encoding: BufferEncoding = "utf8") => Buffer.from(text, encoding);
const empty = '{"bomFormat":"CycloneDX","specVersion":"1.6","components":[]}';

test.each([
  ['{"a":x}', "line 1, column 6"],
  ['{\n "a" 1}', "line 2, column 6"],
  ['{"a":1', "it ends too early"],
  ["abc", "line 1, column 1"],
])("of %j the place is named where it stops being JSON", (text, place) => {
  expect(() => parseSbomBytes(bytesOf(text))).toThrow(`not valid JSON (${place})`);
});

test.each([
  ["closed", `${"[".repeat(100_000)}${"]".repeat(100_000)}`],
  ["left open", "[".repeat(200_000)],
])("nesting without end is refused before it is parsed, when it is %s", (_, nested) => {
  const document = bytesOf(`{"bomFormat":"CycloneDX","specVersion":"1.6","any":${nested}`);
  expect(() => parseSbomBytes(document)).toThrow("512 levels deep");
});

test("components may be nested as deep as they are read, in brackets of JSON twice as deep", () => {
  const nested = (depth: number): object => ({
    name: "a",
    ...(depth > 1 && { components: [nested(depth - 1)] }),
  });
  const document = { bomFormat: "CycloneDX", specVersion: "1.6", components: [nested(32)] };
  expect(parseSbomBytes(bytesOf(JSON.stringify(document))).componentCount).toBe(32);
});

test("a byte order mark is passed over, UTF-16 is refused", () => {
  expect(parseSbomBytes(bytesOf(`\uFEFF${empty}`)).componentCount).toBe(0);
  expect(() => parseSbomBytes(bytesOf(`\uFEFF${empty}`, "utf16le"))).toThrow("not UTF-8");
  expect(() => parseSbomBytes(bytesOf(empty, "utf16le"))).toThrow("not valid JSON (line 1, column 2)");
});
