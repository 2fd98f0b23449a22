import { parseContentDigest } from "./content-digest.ts";

// SHA-256 of no bytes.
const empty = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
const emptyHex = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

test("the SHA-256 of a Content-Digest is read as hex", () => {
  expect(parseContentDigest(`sha-256=:${empty}:`)).toBe(emptyHex);
});

test("another algorithm beside it is passed over", () => {
  expect(parseContentDigest(`sha-512=:AAAA:, sha-256=:${empty}:`)).toBe(emptyHex);
});

test("no header is no digest", () => {
  expect(parseContentDigest(undefined)).toBeUndefined();
});

test.each(["", "sha-256=abc", "sha-512=:AAAA:", `sha-256=:${empty.slice(4)}:`])("%j is refused", (header) => {
  expect(() => parseContentDigest(header)).toThrow(/Content-Digest/);
});
