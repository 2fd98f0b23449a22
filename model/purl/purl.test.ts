import * as fc from "fast-check";
import { PackageURL } from "packageurl-js";
import { formatPurl } from "./format.ts";
import { canonicalPurl, parsePurl } from "./parse.ts";
import { type Purl, PurlError } from "./purl.ts";
import { readPurl } from "./read.ts";

describe("reading a package URL", () => {
  test("takes every part out and decodes it", () => {
    const text = "pkg:deb/debian/attr@1:2.4.47-2%2Bb1?arch=amd64&distro=debian-12#a/./b/../c";
    expect(parsePurl(text)).toEqual({
      type: "deb",
      namespace: "debian",
      name: "attr",
      version: "1:2.4.47-2+b1",
      qualifiers: { arch: "amd64", distro: "debian-12" },
      subpath: "a/b/c",
    });
  });

  test.each([
    ["pkg:npm/%40angular/core@17.0.0", "@angular", "core", "17.0.0"],
    ["pkg:npm/@angular/core@17.0.0", "@angular", "core", "17.0.0"],
    ["pkg:npm/@angular/core", "@angular", "core", undefined],
    ["pkg:npm/lodash@vers:npm/<4.17.21", undefined, "lodash", "vers:npm/<4.17.21"],
    ["pkg:golang/github.com%2Fgorilla/mux@v1.8.0", "github.com/gorilla", "mux", "v1.8.0"],
    ["pkg://npm//lodash@1", undefined, "lodash", "1"],
  ])("%s", (text, namespace, name, version) => {
    expect(readPurl(text)).toMatchObject({ namespace, name, version });
  });

  test("as given keeps the case of a Go module path that the canonical form loses", () => {
    const text = "pkg:golang/github.com/BurntSushi/toml@v0.3.1";
    expect(readPurl(text)).toMatchObject({ namespace: "github.com/BurntSushi", name: "toml" });
    expect(parsePurl(text)).toMatchObject({ namespace: "github.com/burntsushi", name: "toml" });
    expect(canonicalPurl(text)).toBe("pkg:golang/github.com/burntsushi/toml@v0.3.1");
  });

  test.each([
    ["", "does not start with pkg:"],
    ["npm/lodash@1", "does not start with pkg:"],
    ["pkg:lodash@1", "needs a type and a name"],
    ["pkg:/lodash", "needs a type and a name"],
    ["pkg:npm/", "needs a type and a name"],
    ["pkg:npm/@1.0", "needs a name"],
    ["pkg:n_m/lodash", "type that is not letters"],
    ["pkg:npm/lodash?a b=1", "qualifier key"],
    ["pkg:npm/lodash?__proto__=1", "qualifier key"],
    ["pkg:npm/lodash?a=1&A=2", "twice"],
    ["pkg:npm/lod%zzash", "percent sign"],
    ["pkg:npm/lod%ffash", "percent sign"],
    ["pkg:npm/lod%00ash", "control character"],
    ["pkg:npm/lodash@1?a=b\n", "control character"],
    ["pkg:npm/lod\uD800ash", "half a character"],
    ["pkg:maven/commons-text@1.9", "needs a namespace"],
    ["pkg:cargo/a/b@1", "has no namespace"],
    [`pkg:npm/${"a".repeat(4_096)}`, "longer than 4096"],
  ])("%.40j is refused: it %s", (text, reason) => {
    expect(() => parsePurl(text)).toThrow(PurlError);
    expect(() => parsePurl(text)).toThrow(reason);
  });

  test("never throws anything but its own error, whatever the text", () => {
    const texts = fc.oneof(
      fc.string({ unit: "binary", maxLength: 80 }),
      fc
        .array(fc.constantFrom("pkg:", "npm", "/", "@", "?", "#", "&", "=", "%40", "%", ".", "a"), {
          maxLength: 12,
        })
        .map((all) => all.join("")),
    );
    fc.assert(
      fc.property(texts, (text) => {
        let thrown: unknown;
        try {
          parsePurl(text);
        } catch (error) {
          thrown = error;
        }
        expect(thrown === undefined || thrown instanceof PurlError).toBe(true);
      }),
    );
  });

  test("of thousands of slashes takes no time", () => {
    const startedAt = performance.now();
    for (let i = 0; i < 50; i++) expect(() => readPurl(`pkg:${"/".repeat(4_000)}`)).toThrow(PurlError);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });
});

describe("writing a package URL", () => {
  test("sorts qualifiers, drops empty ones and encodes all that must be", () => {
    expect(
      formatPurl({
        type: "Generic",
        namespace: "/a b/",
        name: "c@d",
        version: "1 (x)",
        qualifiers: { Z: "1/2", a: "", m: "x+y" },
        subpath: "/s/../t/",
      }),
    ).toBe("pkg:generic/a%20b/c%40d@1%20%28x%29?m=x%2By&z=1%2F2#s/t");
  });

  test("refuses half a character", () => {
    expect(() => formatPurl({ type: "generic", name: "\uD800" })).toThrow(PurlError);
  });

  const word = fc
    .string({ unit: "grapheme", minLength: 1, maxLength: 12 })
    .filter(
      (text) =>
        text.isWellFormed() && !/\p{Cc}/u.test(text) && !text.includes("/") && text !== "." && text !== "..",
    );
  const purl: fc.Arbitrary<Purl> = fc.record({
    type: fc.constantFrom("generic", "npm", "golang", "pypi", "huggingface", "git", "deb"),
    namespace: fc.array(word, { minLength: 1, maxLength: 3 }).map((all) => all.join("/")),
    name: word,
    version: fc.option(word, { nil: undefined }),
    qualifiers: fc.dictionary(fc.stringMatching(/^[a-z][a-z0-9._-]{0,8}$/), word, { maxKeys: 4 }),
    subpath: fc.option(
      fc.array(word, { minLength: 1, maxLength: 3 }).map((all) => all.join("/")),
      { nil: undefined },
    ),
  });

  test("and reading it again gives the same package", () => {
    fc.assert(
      fc.property(purl, (given) => {
        const parts = given.type === "pypi" ? { ...given, namespace: undefined } : given;
        const text = formatPurl(parts);
        expect(formatPurl(parsePurl(text))).toBe(text);
        expect(canonicalPurl(text)).toBe(text);
      }),
    );
  });

  test("of a type without rules and reading it again gives the same parts", () => {
    fc.assert(
      fc.property(purl, (given) => {
        const parts = { ...given, type: "generic" };
        expect(parsePurl(formatPurl(parts))).toEqual(parts);
      }),
    );
  });

  test("agrees with packageurl-js on plain packages", () => {
    const plain = fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,10}$/);
    const version = fc.stringMatching(/^[0-9][0-9A-Za-z.+~-]{0,10}$/);
    fc.assert(
      fc.property(
        fc.constantFrom("npm", "cargo", "gem", "nuget", "generic"),
        plain,
        version,
        plain,
        (type, name, at, value) => {
          const text = formatPurl({ type, name, version: at, qualifiers: { key: value } });
          const theirs = PackageURL.fromString(text);
          expect({
            name: theirs.name,
            version: theirs.version,
            qualifiers: { ...theirs.qualifiers },
          }).toEqual({
            name,
            version: at,
            qualifiers: { key: value },
          });
        },
      ),
    );
  });
});
