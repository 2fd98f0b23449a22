import type { Edge, Module, ModuleGraph } from "./module-graph.ts";

/** Which folders may import which: section "The house" of docs/architecture.md. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  model: ["model"],
  store: ["store", "model"],
  platform: ["platform", "model"],
  engine: ["engine", "store", "platform", "model", "workflows/contract.ts"],
  api: ["api", "engine", "platform", "model"],
  activities: ["activities", "engine", "platform", "model", "workflows/contract.ts"],
  plugins: ["plugins", "engine", "model"],
  workflows: ["workflows", "model"],
  registry: ["registry", "store", "platform", "model", "workflows/contract.ts"],
  scanner: ["scanner", "model", "sdks/typescript"],
  migrations: [],
  "sdks/typescript": ["sdks/typescript"],
  "sdks/conformance": ["sdks/conformance"],
};

/** The roots open connections and wire things: they also reach what their folder may not. */
const roots: Readonly<Record<string, readonly string[]>> = {
  "api/main.ts": ["store", "plugins", "workflows/contract.ts"],
  "activities/main.ts": ["store", "plugins", "workflows"],
  "registry/main.ts": [],
  "sdks/conformance/main.ts": ["scripts/stack"],
  // Serves the engine's own routes of the HTTPS transport, so that they are tried and not a copy of them.
  "sdks/conformance/engine/call-routes.ts": ["api/v1/worker/calls.ts", "platform"],
  "registry/worker.ts": ["workflows"],
};

/** Packages that do nothing but compute, so that decisions also run inside the workflow sandbox. */
const purePackages = ["zod", "semver", "canonicalize", "temporal-polyfill", "ae-cvss-calculator"];

const allowedPackages: Readonly<Record<string, readonly string[]>> = {
  model: purePackages,
  migrations: ["kysely"],
  "sdks/typescript": ["ioredis", "prom-client", "@opentelemetry/api"],
  "sdks/conformance": ["ioredis"],
};

const workflowPackages = new Set([...purePackages, "@temporalio/workflow", "@temporalio/common"]);

/** Every place where the project breaks its own rules, as lines that say file, edge and rule. */
export function violations(graph: ModuleGraph): string[] {
  const ours = [...graph.values()].filter(({ file }) => folderOf(file) !== undefined);
  return [
    ...ours.flatMap((module) => module.edges.flatMap((edge) => forbiddenEdge(module, edge))),
    ...[...graph.values()].flatMap(mainImports),
    ...ours.flatMap(testSupport),
    ...ours.flatMap(sqlOutsideStore),
    ...ours.flatMap(workflowState),
    ...workflowReach(graph),
    ...cycles(graph),
    ...[...graph.values()].flatMap(unknownFolder),
  ];
}

/** The folder whose rules hold for a file; `undefined` for tests and tools, which may import anything. */
function folderOf(file: string): string | undefined {
  if (isFree(file)) return undefined;
  return Object.keys(arrows).find((folder) => file.startsWith(`${folder}/`));
}

function isFree(file: string): boolean {
  return (
    !file.includes("/") ||
    isTestFile(file) ||
    /^(scripts|bench|demo|deploy|sdks\/\w+\/(examples|conformance))\//.test(file)
  );
}

/** Tests, and what only tests use: `test/` and any folder `testing`. */
function isTestFile(file: string): boolean {
  return file.endsWith(".test.ts") || /(^|\/)(test|testing)\//.test(file);
}

function forbiddenEdge({ file }: Module, edge: Edge): string[] {
  const folder = folderOf(file) ?? "";
  if (edge.isPackage) {
    const allowed = allowedPackages[folder];
    const isNode = edge.to.startsWith("node:") && folder.startsWith("sdks/");
    if (allowed === undefined || allowed.includes(edge.to) || isNode) return [];
    return [`${file} → ${edge.to}: ${folder}/ imports only ${allowed.join(", ")}`];
  }
  const mayKnowAsTypes = folder === "workflows" && edge.isTypeOnly ? ["activities"] : [];
  const allowed = [...(arrows[folder] ?? []), ...(roots[file] ?? []), ...mayKnowAsTypes];
  if (allowed.some((place) => edge.to === place || edge.to.startsWith(`${place}/`))) return [];
  return [`${file} → ${edge.to}: ${folder}/ may import ${allowed.join(", ") || "nothing of ours"}`];
}

function mainImports({ file, edges }: Module): string[] {
  return edges
    .filter(({ to, isPackage }) => !isPackage && /(^|\/)main\.ts$/.test(to))
    .map(({ to }) => `${file} → ${to}: nobody imports a main.ts, it starts a process`);
}

function testSupport({ file, edges }: Module): string[] {
  return edges
    .filter(({ to, isPackage }) => !isPackage && isTestFile(to))
    .map(({ to }) => `${file} → ${to}: only tests use what is made for tests`);
}

function sqlOutsideStore({ file, source, edges }: Module): string[] {
  if (!/^(api|activities|workflows|plugins|scanner)\//.test(file) || file in roots) return [];
  const rule = "SQL belongs in store/<aggregate>/<verb>.ts, behind a verb of engine/";
  const drivers = edges.filter(({ to, isTypeOnly }) => (to === "kysely" || to === "pg") && !isTypeOnly);
  const call = /\.(selectFrom|insertInto|updateTable|deleteFrom)\(/.exec(source);
  return [
    ...drivers.map(({ to }) => `${file} → ${to}: ${rule}`),
    ...(call === null ? [] : [`${file} calls ${call[1]}(): ${rule}`]),
  ];
}

function workflowState({ file, mutableState }: Module): string[] {
  if (!file.startsWith("workflows/")) return [];
  return mutableState.map((name) => `${file} has let ${name}: state of a module leaks between workflow runs`);
}

/** Follows what workflow code loads at run time; each offending package is reported with the way to it. */
function workflowReach(graph: ModuleGraph): string[] {
  const found: string[] = [];
  const seen = new Set<string>();
  const queue = [...graph.keys()]
    .filter((file) => file.startsWith("workflows/") && !isFree(file))
    .map((file) => [file]);
  for (let way = queue.shift(); way !== undefined; way = queue.shift()) {
    const file = way.at(-1) ?? "";
    if (seen.has(file)) continue;
    seen.add(file);
    for (const edge of graph.get(file)?.edges ?? []) {
      if (edge.isTypeOnly) continue;
      if (!edge.isPackage) queue.push([...way, edge.to]);
      else if (!workflowPackages.has(edge.to)) {
        found.push(`${[...way, edge.to].join(" → ")}: workflow code must be free of side effects`);
      }
    }
  }
  return found;
}

/** Cycles of imports at run time: one line for each file that closes one. */
function cycles(graph: ModuleGraph): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, way: readonly string[]): void => {
    const start = way.indexOf(file);
    if (start >= 0) found.push(`${[...way.slice(start), file].join(" → ")}: an import cycle`);
    if (start >= 0 || done.has(file)) return;
    for (const edge of graph.get(file)?.edges ?? []) {
      if (!edge.isPackage && !edge.isTypeOnly) visit(edge.to, [...way, file]);
    }
    done.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
  return found;
}

function unknownFolder({ file }: Module): string[] {
  if (isFree(file) || folderOf(file) !== undefined) return [];
  return [`${file}: its folder has no arrows yet, add it to test/architecture/rules.ts`];
}
