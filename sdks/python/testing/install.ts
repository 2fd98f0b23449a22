import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import path from "node:path";

export const folder = path.join(import.meta.dirname, "..");
const cache = path.join(homedir(), ".cache/jobengine");
export const requirements = path.join(folder, "requirements-dev.txt");

/** The first Python on the path that is new enough, and its version. */
function findPython(): { command: string; version: string } {
  const code =
    "import sys; print('.'.join(map(str, sys.version_info[:3]))); sys.exit(sys.version_info < (3, 10))";
  const names = ["python3", "python3.14", "python3.13", "python3.12", "python3.11", "python3.10", "python"];
  for (const command of names) {
    const { status, stdout } = spawnSync(command, ["-c", code], { encoding: "utf8" });
    if (status === 0) return { command, version: stdout.trim() };
  }
  throw new Error("Python is missing: install Python 3.10 or newer with venv to test sdks/python.");
}

/** Runs a program to its end and answers what it printed. @throws Error with all of it when it fails. */
export async function run(
  command: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<string> {
  const child = spawn(command, args, { cwd: folder, env: { ...process.env, ...env } });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const code = await ended(child);
  if (code !== 0)
    throw new Error(`${path.basename(command)} ${args.join(" ")} ended with ${code}:\n${output}`);
  return output;
}

async function ended(child: ChildProcess): Promise<number | null> {
  return await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
}

/**
 * A venv with the pinned tools, and the wheels that the SDK needs at run time, made once for each list of
 * versions and each Python.
 */
export async function toolEnvironment(): Promise<{ python: string; wheels: string }> {
  const { command, version } = findPython();
  const key = createHash("sha256")
    .update(version)
    .update(readFileSync(requirements))
    .digest("hex")
    .slice(0, 16);
  const place = path.join(cache, `python-sdk-${key}`);
  const environment = { python: path.join(place, "bin/python"), wheels: path.join(place, "wheels") };
  if (existsSync(place)) return environment;
  mkdirSync(cache, { recursive: true });
  const made = mkdtempSync(`${place}-`);
  await run(command, ["-m", "venv", made]);
  const pip = [path.join(made, "bin/python"), "-m", "pip", "--disable-pip-version-check", "--quiet"] as const;
  await run(pip[0], [...pip.slice(1), "install", "-r", requirements]);
  const wheels = ["download", "-d", path.join(made, "wheels"), "-c", requirements, "httpx", "valkey"];
  await run(pip[0], [...pip.slice(1), ...wheels]);
  // Whole or not at all. Another run may have been first: its environment is as good.
  try {
    renameSync(made, place);
  } catch (error) {
    rmSync(made, { recursive: true, force: true });
    if (!existsSync(place)) throw error;
  }
  return environment;
}

/** Nothing that a tool remembers lands in the source tree. */
export function toolCaches(): Record<string, string> {
  return {
    PYTHONDONTWRITEBYTECODE: "1",
    RUFF_CACHE_DIR: path.join(cache, "ruff"),
    MYPY_CACHE_DIR: path.join(cache, "mypy"),
  };
}

/** A built wheel of the SDK, installed into an empty environment with the README's worker; how it is started. */
export async function installReadmeWorker(
  project: string,
): Promise<{ command: string; args: string[]; cwd: string }> {
  const tools = await toolEnvironment();
  const dist = path.join(project, "dist");
  await run(tools.python, ["-m", "hatchling", "build", "-t", "wheel", "-d", dist], toolCaches());
  const wheel = path.join(dist, readdirSync(dist)[0] ?? "");
  const empty = path.join(project, "venv");
  await run(tools.python, ["-m", "venv", "--without-pip", empty]);
  const python = path.join(empty, "bin/python");
  const install = ["install", "--quiet", "--no-index", "--find-links", tools.wheels, wheel];
  await run(tools.python, ["-m", "pip", "--disable-pip-version-check", "--python", python, ...install]);
  writeFileSync(path.join(project, "worker.py"), readmeWorker());
  return { command: python, args: ["worker.py"], cwd: project };
}

/** The program that stands in the README. */
function readmeWorker(): string {
  const block = /```python\n([^]*?)```/.exec(readFileSync(path.join(folder, "README.md"), "utf8"));
  if (block?.[1] === undefined) throw new Error("The README of the Python SDK has no worker.");
  return block[1];
}
