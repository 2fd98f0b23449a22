import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { withLock } from "../stack/lock.ts";
import { defaultCacheDir } from "../stack/means/cache.ts";
import { projectRoot } from "../stack/roles/role.ts";
import { mustRun, runCommand } from "../stack/run-command.ts";
import { type FindOptions, matcherCommand, type WorkerProgram } from "./worker-program.ts";

const sdk = path.join(projectRoot, "sdks/python");
const requirements = path.join(sdk, "requirements-dev.txt");
const installTimeoutMs = 120_000;
const names = ["python3", "python3.14", "python3.13", "python3.12", "python3.11", "python3.10", "python"];

/**
 * The scan worker on the Python SDK, in an environment of the packages that it needs, made once for each list of
 * versions and each Python; or why there is none.
 */
export async function findPythonWorker({ signal, onLine }: FindOptions): Promise<WorkerProgram | string> {
  const found = await findPython(signal);
  if (found === undefined) return "Python 3.10 or newer is not installed";
  const key = createHash("sha256")
    .update(found.version)
    .update(readFileSync(requirements))
    .digest("hex")
    .slice(0, 16);
  const folder = path.join(defaultCacheDir(), `worker-python-${key}`);
  try {
    mkdirSync(defaultCacheDir(), { recursive: true });
    await withLock(`${folder}.lock`, { signal, onWait: () => {} }, () =>
      makeEnvironment(found.command, folder, { signal, onLine }),
    );
  } catch (error) {
    signal.throwIfAborted();
    return `the packages of the Python worker cannot be had: ${error instanceof Error ? error.message : String(error)}`;
  }
  return {
    language: "Python",
    command: path.join(folder, "bin/python"),
    args: [path.join(sdk, "examples/pipe.py"), "scan", ...matcherCommand],
    env: { PYTHONPATH: path.join(sdk, "src"), PYTHONDONTWRITEBYTECODE: "1" },
    means: "sdks/python/examples/pipe.py",
  };
}

/** The first Python on the path that is new enough. */
async function findPython(signal: AbortSignal): Promise<{ command: string; version: string } | undefined> {
  const code =
    "import sys; print('.'.join(map(str, sys.version_info[:3]))); sys.exit(sys.version_info < (3, 10))";
  for (const command of names) {
    const run = await runCommand({ command, args: ["-c", code], signal }).catch(() => undefined);
    if (run?.code === 0) return { command, version: run.stdout.trim() };
  }
  return undefined;
}

/** Whole or not at all. */
async function makeEnvironment(
  python: string,
  folder: string,
  { signal, onLine }: FindOptions,
): Promise<void> {
  if (existsSync(folder)) return;
  onLine("Python worker: installing its packages, once");
  const unfinished = `${folder}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  try {
    const shared = { signal, timeoutMs: installTimeoutMs };
    await mustRun({ command: python, args: ["-m", "venv", unfinished], ...shared });
    const pip = ["-m", "pip", "--disable-pip-version-check", "--quiet", "--retries", "1", "install"];
    const args = [...pip, "-c", requirements, "httpx", "valkey"];
    await mustRun({ command: path.join(unfinished, "bin/python"), args, ...shared });
    renameSync(unfinished, folder);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}
