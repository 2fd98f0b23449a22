import { readFileSync } from "node:fs";
import path from "node:path";

const root = path.join(__dirname, "../..");
const manifest = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as Record<
  "dependencies" | "devDependencies" | "overrides",
  Record<string, string>
>;
const packages = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.overrides };
/** What the Go SDK and its adapters require by themselves; a version in a go.mod is always exact. */
const goModules = ["go.mod", "otel/go.mod", "prometheus/go.mod"]
  .flatMap((file) => readFileSync(path.join(root, "sdks/go", file), "utf8").split("\n"))
  .filter((line) => !line.includes("// indirect") && !line.includes("jobengine/sdks/go"))
  .flatMap((line) => /^(?:require )?\s*(\S+\.\S+\/\S+) v\d/.exec(line)?.[1] ?? []);

test("docs/dependencies.md has a line for every package, and for no other", () => {
  const text = readFileSync(path.join(root, "docs/dependencies.md"), "utf8");
  const cells = [...text.matchAll(/^\| (`.*?) \|/gm)].map((row) => row[1] ?? "");
  const listed = cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map((name) => name[1]));
  expect(listed).toHaveLength(new Set(listed).size);
  expect(new Set(listed)).toEqual(new Set([...Object.keys(packages), ...goModules]));
});

test("every package is pinned exactly", () => {
  expect(
    Object.entries(packages).filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)),
  ).toEqual([]);
});
