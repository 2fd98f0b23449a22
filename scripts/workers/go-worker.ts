import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { withLock } from "../stack/lock.ts";
import { defaultCacheDir } from "../stack/means/cache.ts";
import { projectRoot } from "../stack/roles/role.ts";
import { mustRun, runCommand } from "../stack/run-command.ts";
import { type FindOptions, matcherCommand, type WorkerProgram } from "./worker-program.ts";

const sources = path.join(projectRoot, "sdks/go");
const buildTimeoutMs = 180_000;

/**
 * The scan worker on the Go SDK, compiled once for each state of its sources, or why there is none: Go is not
 * installed, or its modules cannot be fetched.
 */
export async function findGoWorker({ signal, onLine }: FindOptions): Promise<WorkerProgram | string> {
  const version = await runCommand({ command: "go", args: ["version"], signal }).catch(() => undefined);
  if (version?.code !== 0) return "Go is not installed";
  const folder = path.join(defaultCacheDir(), `worker-go-${digestOfSources(version.stdout)}`);
  const binary = path.join(folder, "pipe");
  mkdirSync(folder, { recursive: true });
  try {
    await withLock(path.join(folder, "lock"), { signal, onWait: () => {} }, async () => {
      if (existsSync(binary)) return;
      onLine("Go worker: compiling it, once");
      const args = ["build", "-o", binary, "./examples/pipe"];
      const env = { ...process.env, CGO_ENABLED: "0" };
      await mustRun({ command: "go", args, cwd: sources, env, signal, timeoutMs: buildTimeoutMs });
    });
  } catch (error) {
    signal.throwIfAborted();
    return `the Go worker cannot be built: ${error instanceof Error ? error.message : String(error)}`;
  }
  return {
    language: "Go",
    command: binary,
    args: ["scan", ...matcherCommand],
    env: {},
    means: "sdks/go/examples/pipe",
  };
}

/** Of everything that goes into the binary: the toolchain and the sources without their tests. */
function digestOfSources(toolchain: string): string {
  const hash = createHash("sha256").update(toolchain);
  for (const name of readdirSync(sources, { recursive: true, encoding: "utf8" }).toSorted()) {
    const isSource = /(\.go|go\.mod|go\.sum)$/.test(name) && !name.endsWith("_test.go");
    if (isSource) hash.update(name).update(readFileSync(path.join(sources, name)));
  }
  return hash.digest("hex").slice(0, 16);
}
