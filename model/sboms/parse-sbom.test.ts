import * as fc from "fast-check";
import { DomainError } from "../errors.ts";
import { createAdvisoryIndex } from "../matching/advisory-index.ts";
import { matchComponents } from "../matching/match.ts";
import { parseSbom } from "./parse-sbom.ts";
import { cycloneDxVersions, defaultSbomLimits, spdxVersions } from "./sbom.ts";

const lodash = "pkg:npm/lodash@4.17.20";

function cycloneDx(components: unknown, more: object = {}) {
  return { bomFormat: "CycloneDX", specVersion: "1.6", components, ...more };
}

function spdx(packages: unknown, more: object = {}) {
  return { spdxVersion: "SPDX-2.3", packages, ...more };
}

function purlRef(referenceLocator: unknown) {
  return { referenceCategory: "PACKAGE-MANAGER", referenceType: "purl", referenceLocator };
}

function refusalOf(document: unknown, limits = defaultSbomLimits): DomainError {
  try {
    parseSbom(document, limits);
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
  throw new Error("The document was not refused.");
}

test.each(cycloneDxVersions)("CycloneDX %s is read", (specVersion) => {
  const sbom = parseSbom(
    cycloneDx([{ name: "lodash", version: "4.17.20", purl: lodash, "bom-ref": "l" }], { specVersion }),
  );
  expect(sbom).toEqual({
    format: "cyclonedx",
    specVersion,
    subject: undefined,
    components: [{ purl: lodash, name: "lodash", version: "4.17.20", ref: "l" }],
    componentCount: 1,
    matchableCount: 1,
    unmatchable: {},
  });
});

test.each(spdxVersions)("%s is read", (spdxVersion) => {
  const packages = [
    { SPDXID: "SPDXRef-l", name: "lodash", versionInfo: "4.17.20", externalRefs: [purlRef(lodash)] },
  ];
  expect(parseSbom(spdx(packages, { spdxVersion }))).toMatchObject({
    format: "spdx",
    specVersion: spdxVersion.slice(5),
    components: [{ purl: lodash, name: "lodash", version: "4.17.20", ref: "SPDXRef-l" }],
  });
});

test.each([
  ["a list", [], "document: is no JSON object"],
  ["some other object", { a: 1 }, "document: has neither"],
  ["CycloneDX 1.1", { bomFormat: "CycloneDX", specVersion: "1.1" }, 'specVersion: "1.1" is not read'],
  ["CycloneDX without a version", { bomFormat: "CycloneDX" }, "specVersion: What is given is not read"],
  ["SPDX 3", { spdxVersion: "SPDX-3.0" }, 'spdxVersion: "SPDX-3.0" is not read'],
])("%s is refused with what is accepted", (_, document, message) => {
  expect(refusalOf(document).code).toBe("invalid");
  expect(refusalOf(document).message).toContain(message);
  expect(refusalOf(document).message).toContain("CycloneDX 1.2 to 1.7 and SPDX 2.2 to 2.3");
});

test("components without a purl are kept and counted as not matchable", () => {
  const sbom = parseSbom(
    cycloneDx([{ name: "lodash", purl: lodash }, { name: "blob" }, { name: "blob", purl: "" }]),
  );
  expect(sbom).toMatchObject({ componentCount: 3, matchableCount: 1, unmatchable: { no_purl: 2 } });
  expect(sbom.components.map((component) => component.purl)).toEqual([lodash, undefined, undefined]);
});

test("each reason why a component cannot be matched is counted", () => {
  const purls = [
    lodash,
    "pkg:npm/lodash",
    "pkg:generic/openssl@3",
    "pkg:npm/lodash@latest",
    "pkg:deb/debian/curl@8",
  ];
  expect(parseSbom(cycloneDx(purls.map((purl) => ({ name: "x", purl }))))).toMatchObject({
    componentCount: 5,
    matchableCount: 1,
    unmatchable: { distribution_missing: 1, type_not_covered: 1, version_missing: 1, version_unreadable: 1 },
  });
});

test("the counts are those that matching reports as its coverage", () => {
  const purls = [
    lodash,
    "pkg:npm/lodash",
    "pkg:generic/openssl@3",
    "pkg:npm/lodash@latest",
    "pkg:deb/debian/curl@8",
  ];
  const sbom = parseSbom(cycloneDx(purls.map((purl) => ({ name: "x", purl }))));
  const { coverage } = matchComponents(
    purls.map((purl) => ({ purl })),
    createAdvisoryIndex([]),
  );
  expect(coverage).toMatchObject({
    components: sbom.componentCount,
    matchable: sbom.matchableCount,
    notMatchable: sbom.unmatchable,
  });
});

test("a broken purl refuses the document and names the place", () => {
  const components = [
    { name: "a", purl: lodash },
    { name: "b", components: [{ name: "c", purl: "npm/lodash" }] },
  ];
  expect(refusalOf(cycloneDx(components)).fields).toEqual([
    { path: "components[1].components[0].purl", message: '"npm/lodash" does not start with pkg:' },
  ]);
  const packages = [{ name: "a", externalRefs: [{ referenceType: "cpe23Type" }, purlRef("pkg:npm")] }];
  expect(refusalOf(spdx(packages)).fields[0]?.path).toBe("packages[0].externalRefs[1].referenceLocator");
});

test.each([
  ["a NUL", "pkg:npm/a\u0000@1"],
  ["an encoded NUL", "pkg:npm/a%00@1"],
  ["an encoded NUL in a qualifier", "pkg:npm/a@1?distro=a%00"],
  ["a lone surrogate", "pkg:npm/a\ud800@1"],
])("a purl with %s is refused, the database could not hold it", (_, purl) => {
  expect(refusalOf(cycloneDx([{ name: "a", purl }])).fields[0]?.message).toMatch(
    /control character|lone surrogate/,
  );
});

test("a purl is read without the blanks around it, and is one with that of others without", () => {
  const purls = [lodash, `${lodash} `, ` ${lodash}`];
  expect(parseSbom(cycloneDx(purls.map((purl) => ({ name: "a", purl }))))).toMatchObject({
    components: [{ purl: lodash }],
    componentCount: 1,
    matchableCount: 1,
  });
});

/** `é` has two bytes. */
function purlOf(bytes: number): string {
  return `pkg:npm/é${"x".repeat(bytes - "pkg:npm/é@1".length - 1)}@1`;
}

test("a purl that is too long for an index is refused at its place", () => {
  const sbom = (bytes: number) => cycloneDx([{ name: "a" }, { name: "b", purl: purlOf(bytes) }]);
  expect(parseSbom(sbom(2_048)).componentCount).toBe(2);
  expect(refusalOf(sbom(2_049)).fields).toEqual([
    { path: "components[1].purl", message: "must be at most 2048 bytes" },
  ]);
  const refs = [purlRef(purlOf(2_049))];
  expect(refusalOf(spdx([{ name: "a", externalRefs: refs }])).fields[0]?.path).toBe(
    "packages[0].externalRefs[0].referenceLocator",
  );
});

test("the first twenty places are named, the others counted", () => {
  const refusal = refusalOf(cycloneDx(Array.from({ length: 25 }, () => ({ name: "a", purl: "x" }))));
  expect(refusal.fields).toHaveLength(20);
  expect(refusal.message).toMatch(/^components\[0\]\.purl: .*\(and 24 more\)$/);
});

test.each([
  ["components that are no list", cycloneDx({}), "components"],
  ["a component that is no object", cycloneDx([1]), "components[0]"],
  ["a component without a name", cycloneDx([{ purl: lodash }]), "components[0].name"],
  ["a name of the wrong type", cycloneDx([{ name: 1 }]), "components[0].name"],
  ["a version of the wrong type", cycloneDx([{ name: "a", version: 1 }]), "components[0].version"],
  ["an endless name", cycloneDx([{ name: "a".repeat(2_000) }]), "components[0].name"],
  ["packages that are no list", spdx("x"), "packages"],
  ["a package without a name", spdx([{}]), "packages[0].name"],
  ["a reference that is no object", spdx([{ name: "a", externalRefs: [1] }]), "packages[0].externalRefs[0]"],
])("%s is refused at its place", (_, document, path) => {
  expect(refusalOf(document).fields.map((field) => field.path)).toEqual([path]);
});

test("nested components are flattened, those of the subject included", () => {
  const sbom = parseSbom(
    cycloneDx(
      [{ name: "a", purl: "pkg:npm/a@1.0.0", components: [{ name: "b", purl: "pkg:npm/b@1.0.0" }] }],
      {
        metadata: {
          component: { name: "app", version: "1", components: [{ name: "c", purl: "pkg:npm/c@1.0.0" }] },
        },
      },
    ),
  );
  expect(sbom.subject).toEqual({ name: "app", version: "1", purl: undefined, ref: undefined });
  expect(sbom.components.map((component) => component.name)).toEqual(["a", "b", "c"]);
});

test("the one package that an SPDX document describes is its subject", () => {
  const packages = [
    { SPDXID: "SPDXRef-app", name: "app", externalRefs: [purlRef("pkg:npm/app@1.0.0")] },
    { SPDXID: "SPDXRef-l", name: "lodash", externalRefs: [purlRef(lodash)] },
  ];
  const described = {
    spdxElementId: "SPDXRef-DOCUMENT",
    relationshipType: "DESCRIBES",
    relatedSpdxElement: "SPDXRef-app",
  };
  const byRelationship = parseSbom(spdx(packages, { relationships: [described] }));
  expect(byRelationship.subject?.name).toBe("app");
  expect(byRelationship.components.map((component) => component.name)).toEqual(["lodash"]);
  expect(parseSbom(spdx(packages, { documentDescribes: ["SPDXRef-app"] }))).toEqual(byRelationship);
  expect(parseSbom(spdx(packages, { documentDescribes: ["SPDXRef-app", "SPDXRef-l"] })).componentCount).toBe(
    2,
  );
});

test("a purl is read also where its type is written as the address of SPDX", () => {
  const ref = { ...purlRef(lodash), referenceType: "http://spdx.org/rdf/references/purl" };
  expect(parseSbom(spdx([{ name: "lodash", externalRefs: [ref] }])).components[0]?.purl).toBe(lodash);
  const other = { ...ref, referenceType: "http://example.org/purl" };
  expect(parseSbom(spdx([{ name: "lodash", externalRefs: [other] }])).components[0]?.purl).toBeUndefined();
});

test("a package with two purls is two components", () => {
  const refs = [purlRef(lodash), purlRef("pkg:github/lodash/lodash@4.17.20")];
  expect(parseSbom(spdx([{ name: "lodash", externalRefs: refs }])).componentCount).toBe(2);
});

test("more components than allowed refuse the document", () => {
  const limits = { ...defaultSbomLimits, maxComponents: 3 };
  const three = [{ name: "a" }, { name: "b" }, { name: "c" }];
  expect(parseSbom(cycloneDx(three), limits).componentCount).toBe(3);
  expect(parseSbom(spdx(three), limits).componentCount).toBe(3);
  expect(refusalOf(cycloneDx([{}, {}, {}, {}].map(() => ({ name: "a" }))), limits).message).toContain(
    "more than 3",
  );
  expect(refusalOf(spdx([{}, {}, {}, {}].map(() => ({ name: "a" }))), limits).message).toContain(
    "more than 3",
  );
});

test("components may be nested exactly as deep as allowed", () => {
  const limits = { ...defaultSbomLimits, maxDepth: 2 };
  const two = [{ name: "a", components: [{ name: "b" }] }];
  expect(parseSbom(cycloneDx(two), limits).componentCount).toBe(2);
  expect(refusalOf(cycloneDx([{ name: "c", components: two }]), limits).fields).toEqual([
    {
      path: "components[0].components[0].components",
      message: "components may be nested 2 deep at most",
    },
  ]);
});

test("components nested deeper than allowed refuse the document without overflowing the stack", () => {
  let nested: object = { name: "a" };
  for (let depth = 0; depth < 100_000; depth += 1) nested = { name: "a", components: [nested] };
  expect(refusalOf(cycloneDx([nested])).message).toContain("32 deep");
});

const anyPurl = fc.constantFrom(
  lodash,
  "pkg:npm/b@1.0.0",
  "pkg:golang/github.com/a/B@v1.0.0",
  "pkg:golang/github.com/a/b@v1.0.0",
);
const anyComponent = fc.record(
  {
    name: fc.constantFrom("a", "b"),
    version: fc.constantFrom("1", "2"),
    "bom-ref": fc.constantFrom("r", "s"),
    purl: anyPurl,
  },
  { requiredKeys: ["name"] },
);

test("the order of components does not matter and equal purls are one component", () => {
  fc.assert(
    fc.property(fc.array(anyComponent), (components) => {
      const sbom = parseSbom(cycloneDx(components));
      expect(parseSbom(cycloneDx(components.toReversed()))).toEqual(sbom);
      const purls = components.map((component) => component.purl);
      const distinct = new Set(purls.filter((purl) => purl !== undefined)).size;
      expect(sbom.componentCount).toBe(distinct + purls.filter((purl) => purl === undefined).length);
      const unmatchable = Object.values(sbom.unmatchable).reduce((sum, count) => sum + count, 0);
      expect(sbom.matchableCount + unmatchable).toBe(sbom.componentCount);
    }),
  );
});

test("arbitrary JSON is read or refused, nothing else", () => {
  const keys = fc.constantFrom(
    "components",
    "name",
    "purl",
    "externalRefs",
    "SPDXID",
    "version",
    "bom-ref",
    "__proto__",
  );
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 5 },
      fc.constantFrom(null, 0, "", "pkg:npm/a@1", "pkg:npm/%", "\u0000", true),
      fc.jsonValue(),
      fc.array(tie("tree"), { maxLength: 4 }),
      fc.dictionary(keys, tie("tree"), { maxKeys: 4 }),
    ),
  }));
  const document = fc.oneof(
    tree,
    tree.map((value) => cycloneDx(value, { metadata: { component: value } })),
    tree.map((value) => spdx(value, { relationships: value, documentDescribes: value })),
    tree.map((value) => spdx([{ name: "a", externalRefs: value }])),
  );
  const isReadOrRefused = fc.property(document, (value) => {
    try {
      return parseSbom(value).componentCount >= 0;
    } catch (error) {
      return error instanceof DomainError && error.code === "invalid" && error.fields.length > 0;
    }
  });
  expect(() => fc.assert(isReadOrRefused, { numRuns: 1_000 })).not.toThrow();
});
