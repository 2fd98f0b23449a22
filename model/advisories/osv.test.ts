import { DomainError } from "../errors.ts";
import { parseOsv } from "./osv.ts";

function fieldsOf(value: unknown): readonly string[] {
  try {
    parseOsv(value);
    return [];
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== "invalid") throw error;
    return error.fields.map(({ path }) => path);
  }
}

const valid = { id: "X-1", modified: "2026-01-01T00:00:00Z" };
const affected = (more: object) => ({
  ...valid,
  affected: [{ package: { ecosystem: "npm", name: "a" }, ...more }],
});

describe("an OSV record", () => {
  test("needs an id and a date only", () => {
    expect(fieldsOf(valid)).toEqual([]);
  });

  test.each([
    ["a text", "record", "text"],
    ["null", "record", null],
    ["an empty id", "id", { ...valid, id: "" }],
    ["an id too long", "id", { ...valid, id: "x".repeat(257) }],
    ["a NUL in the id", "id", { ...valid, id: "x\u0000" }],
    ["half a character in an alias", "aliases[0]", { ...valid, aliases: ["\uD800"] }],
    ["no date", "modified", { id: "X-1" }],
    ["a date that is none", "withdrawn", { ...valid, withdrawn: "yesterday" }],
    ["a schema of another generation", "schema_version", { ...valid, schema_version: "2.0.0" }],
    [
      "a package without a name",
      "affected[0].package.name",
      { ...valid, affected: [{ package: { ecosystem: "npm" } }] },
    ],
    [
      "an unknown kind of range",
      "affected[0].ranges[0].type",
      affected({ ranges: [{ type: "X", events: [{ introduced: "0" }] }] }),
    ],
    [
      "a range without events",
      "affected[0].ranges[0].events",
      affected({ ranges: [{ type: "SEMVER", events: [] }] }),
    ],
    [
      "an event that says nothing",
      "affected[0].ranges[0].events[1]",
      affected({ ranges: [{ type: "SEMVER", events: [{ introduced: "0" }, {}] }] }),
    ],
    ["a version that is a number", "affected[0].versions[1]", affected({ versions: ["1", 2] })],
    ["too many packages", "affected", { ...valid, affected: Array.from({ length: 10_001 }, () => ({})) }],
  ])("with %s is refused at %s", (_what, path, value) => {
    expect(fieldsOf(value)).toEqual([path]);
  });

  test("may have fields that nobody knows yet", () => {
    expect(parseOsv({ ...valid, future: [1] })).toEqual(valid);
  });
});
