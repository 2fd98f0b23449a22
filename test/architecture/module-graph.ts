import { globSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import path from "node:path";
import { parseSync, Visitor } from "oxc-parser";

/** One import, re-export or dynamic import. */
export interface Edge {
  /** A file of ours (`model/errors.ts`) or the name of a package (`kysely`, `node:fs`). */
  readonly to: string;
  readonly isPackage: boolean;
  /** `import type` and `export type` leave nothing at run time; `import { type X }` still loads the module. */
  readonly isTypeOnly: boolean;
}

export interface Module {
  readonly file: string;
  readonly source: string;
  readonly edges: readonly Edge[];
  /** Names of `let` and `var` at the top of the module. */
  readonly mutableState: readonly string[];
}

export type ModuleGraph = ReadonlyMap<string, Module>;

/** Reads sources given as text, by their path in the project. */
export function readModules(sources: Readonly<Record<string, string>>): ModuleGraph {
  return new Map(Object.entries(sources).map(([file, source]) => [file, readModule(file, source)]));
}

/** Reads every TypeScript file of the project. */
export function readProject(root: string): ModuleGraph {
  const files = globSync("**/*.ts", {
    cwd: root,
    exclude: (name) => name === "node_modules" || name === "coverage" || name.startsWith("."),
  });
  const texts = files.map((file) => [
    file.split(path.sep).join("/"),
    readFileSync(path.join(root, file), "utf8"),
  ]);
  return readModules(Object.fromEntries(texts) as Record<string, string>);
}

function readModule(file: string, source: string): Module {
  const { program, errors } = parseSync(file, source);
  if (errors[0] !== undefined) throw new Error(`${file} cannot be parsed: ${errors[0].message}`);
  const edges: Edge[] = [];
  const mutableState: string[] = [];
  for (const statement of program.body) {
    if (statement.type === "ImportDeclaration") {
      edges.push(edge(file, statement.source.value, statement.importKind === "type"));
    } else if (statement.type === "ExportAllDeclaration") {
      edges.push(edge(file, statement.source.value, statement.exportKind === "type"));
    } else if (statement.type === "ExportNamedDeclaration" && statement.source !== null) {
      edges.push(edge(file, statement.source.value, statement.exportKind === "type"));
    }
    const declared = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
    if (declared?.type === "VariableDeclaration" && declared.kind !== "const") {
      mutableState.push(...declared.declarations.map(({ id }) => source.slice(id.start, id.end)));
    }
  }
  const literal = (node: { type: string; value?: unknown }, isTypeOnly: boolean) => {
    if (typeof node.value === "string") edges.push(edge(file, node.value, isTypeOnly));
  };
  new Visitor({
    ImportExpression: (node) => literal(node.source, false),
    TSImportType: (node) => literal(node.source, true),
  }).visit(program);
  return { file, source, edges, mutableState };
}

function edge(from: string, specifier: string, isTypeOnly: boolean): Edge {
  if (specifier.startsWith(".")) {
    return { to: path.posix.join(path.posix.dirname(from), specifier), isPackage: false, isTypeOnly };
  }
  if (isBuiltin(specifier)) {
    return { to: `node:${specifier.replace(/^node:/, "")}`, isPackage: true, isTypeOnly };
  }
  const parts = specifier.split("/");
  return { to: parts.slice(0, specifier.startsWith("@") ? 2 : 1).join("/"), isPackage: true, isTypeOnly };
}
