import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { formatPurl } from "./format.ts";
import { canonicalPurl, parsePurl } from "./parse.ts";

/** One case of the package-url suite (schema purl-test 0.2). */
interface SuiteCase {
  readonly description: string;
  readonly test_type: "parse" | "build" | "validate";
  readonly input: unknown;
  readonly expected_output?: unknown;
  readonly expected_failure: boolean;
}

interface PartsOfSuite {
  type: string | null;
  name: string | null;
  namespace: string | null;
  version: string | null;
  qualifiers: Record<string, string> | null;
  subpath: string | null;
}

const folder = join(process.cwd(), "..", "shared", "data", "vectors", "purl");
const withSuite = existsSync(folder) ? describe : describe.skip;

function run(test: SuiteCase): object | string {
  if (test.test_type === "validate") return canonicalPurl(test.input as string);
  if (test.test_type === "build") {
    const parts = test.input as PartsOfSuite;
    return formatPurl({ ...parts, type: parts.type ?? "", name: parts.name ?? "" });
  }
  const { qualifiers, ...purl } = parsePurl(test.input as string);
  return {
    type: purl.type,
    namespace: purl.namespace ?? null,
    name: purl.name,
    version: purl.version ?? null,
    qualifiers: Object.keys(qualifiers).length === 0 ? null : { ...qualifiers },
    subpath: purl.subpath ?? null,
  };
}

withSuite("the package-url suite (../shared/data/vectors/purl)", () => {
  const files = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith(".json")) : [];
  test.each(files)("%s: every parse, build and validate case holds", (file) => {
    const { tests } = JSON.parse(readFileSync(join(folder, file), "utf8")) as { tests: SuiteCase[] };
    const differences: unknown[] = [];
    for (const test of tests) {
      let got: unknown;
      try {
        got = run(test);
      } catch (error) {
        got = error instanceof Error && error.name === "PurlError" ? "PurlError" : error;
      }
      const wanted = test.expected_failure ? "PurlError" : test.expected_output;
      const same = JSON.stringify(sorted(got)) === JSON.stringify(sorted(wanted));
      if (!same) differences.push({ ...test, got });
    }
    expect(differences).toEqual([]);
  });
});

/** The same value with sorted keys, and empty qualifiers as null: the suite writes both. */
function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, sorted(inner)] as const);
  if (entries.length === 0) return null;
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
