import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

export const folder = path.join(import.meta.dirname, "..");
export const modulePath = "github.com/jobengine/jobengine/sdks/go";

/** @throws Error when the machine has no Go. */
export function needGo(): void {
  if (spawnSync("go", ["version"]).error)
    throw new Error("Go is missing: install Go 1.24 or newer (https://go.dev/dl) to test sdks/go.");
}

/** Runs a tool to its end and answers what it printed. @throws Error with all of it when it fails. */
export async function run(
  cwd: string,
  tool: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const child = spawn(tool, args, {
    cwd,
    // Without cgo no C compiler is needed.
    env: { ...process.env, CGO_ENABLED: "0", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (code !== 0) throw new Error(`${tool} ${args.join(" ")} ended with ${code}:\n${output}`);
  return output;
}

/**
 * A module proxy in a folder that has the SDK as it would be published: what git knows of the module, without the
 * modules that lie inside of it. Answers its version, which is new with each change: module caches keep for ever what
 * they have read. https://go.dev/ref/mod#goproxy-protocol
 */
async function publishInto(proxy: string): Promise<string> {
  const place = path.join(proxy, modulePath, "@v");
  const listed = await run(folder, "git", ["ls-files", "--cached", "--others", "--exclude-standard", "."]);
  const files = listed
    .split("\n")
    .filter((file) => file !== "" && !/^(otel|prometheus|testing)\//.test(file));
  const hash = createHash("sha256");
  for (const file of files) hash.update(readFileSync(path.join(folder, file)));
  const version = `v0.1.0-h${hash.digest("hex").slice(0, 12)}`;
  mkdirSync(place, { recursive: true });
  writeFileSync(path.join(place, "list"), `${version}\n`);
  writeFileSync(path.join(place, `${version}.info`), JSON.stringify({ Version: version }));
  cpSync(path.join(folder, "go.mod"), path.join(place, `${version}.mod`));
  const zip = [
    "import sys, zipfile",
    "with zipfile.ZipFile(sys.argv[1], 'w', zipfile.ZIP_DEFLATED) as archive:",
    "    for name in sys.argv[3:]: archive.write(name, sys.argv[2] + '/' + name)",
  ].join("\n");
  const prefix = `${modulePath}@${version}`;
  await run(folder, "python3", ["-c", zip, path.join(place, `${version}.zip`), prefix, ...files]);
  return version;
}

/** An empty module in which the README's worker is built against the published SDK; how it is started. */
export async function installReadmeWorker(
  project: string,
): Promise<{ command: string; args: string[]; cwd: string }> {
  const proxy = path.join(project, "proxy");
  const own = path.join(project, "worker");
  mkdirSync(own, { recursive: true });
  const version = await publishInto(proxy);
  writeFileSync(path.join(own, "main.go"), readmeWorker());
  const upstream = process.env["GOPROXY"] ?? (await run(own, "go", ["env", "GOPROXY"])).trim();
  const env = {
    GOPROXY: `file://${proxy},${upstream}`,
    GONOSUMDB: "github.com/jobengine/*",
  };
  await run(own, "go", ["mod", "init", "example.com/worker"], env);
  await run(own, "go", ["get", `${modulePath}@${version}`], env);
  await run(own, "go", ["mod", "tidy"], env);
  await run(own, "go", ["build", "-o", "worker", "."], env);
  return { command: path.join(own, "worker"), args: [], cwd: own };
}

/** The program that stands in the README. */
function readmeWorker(): string {
  const block = /```go\n(package main[^]*?)```/.exec(readFileSync(path.join(folder, "README.md"), "utf8"));
  if (block?.[1] === undefined) throw new Error("The README of the Go SDK has no worker.");
  return block[1];
}
