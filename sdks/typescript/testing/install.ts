import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

const folder = path.join(import.meta.dirname, "..");
const root = path.join(folder, "../..");

/** Runs a program of the machine to its end and answers what it printed. @throws Error with all of it when it fails. */
export async function run(cwd: string, command: string, ...args: readonly string[]): Promise<string> {
  // An empty project must not find the packages of this one.
  const { NODE_PATH: _, npm_config_prefix: __, ...env } = process.env;
  const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      printed += text;
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${code}:\n${printed}`);
  return printed;
}

/** The program that stands in the README. */
export function readmeWorker(): string {
  const block = /```ts\n([^]*?)```/.exec(readFileSync(path.join(folder, "README.md"), "utf8"));
  if (block?.[1] === undefined) throw new Error("The README of the TypeScript SDK has no worker.");
  return block[1];
}

/** Packs the SDK as it would be published; the path of the package and the files in it. */
export async function pack(into: string): Promise<{ file: string; files: string[] }> {
  const printed = await run(folder, "npm", "pack", "--json", "--silent", "--pack-destination", into);
  const [packed] = JSON.parse(printed.slice(printed.indexOf("["))) as {
    filename: string;
    files: { path: string }[];
  }[];
  if (packed === undefined) throw new Error(`npm pack printed ${printed}`);
  return { file: path.join(into, packed.filename), files: packed.files.map(({ path: name }) => name) };
}

/** Makes an empty project with the packed SDK and more packages in it. */
export async function installInto(
  project: string,
  packed: string,
  ...more: readonly string[]
): Promise<void> {
  writeFileSync(path.join(project, "package.json"), '{"name":"empty","private":true,"type":"module"}');
  const flags = ["--no-audit", "--no-fund", "--prefer-offline", "--ignore-scripts"];
  await run(project, "npm", "install", ...flags, packed, ...more);
}

/** An empty project in which the README's worker stands; how it is started. */
export async function installReadmeWorker(
  project: string,
): Promise<{ command: string; args: string[]; cwd: string }> {
  const { file } = await pack(project);
  await installInto(project, file);
  writeFileSync(path.join(project, "worker.ts"), readmeWorker());
  return { command: process.execPath, args: ["worker.ts"], cwd: project };
}

/** The type checker of this repository. */
export const tsc = path.join(root, "node_modules/.bin/tsc");
