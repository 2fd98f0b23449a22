import { lastLines, runCommand } from "../run-command.ts";
import { fetchIntoCache } from "./cache.ts";
import { which } from "./on-path.ts";
import type { Means } from "./program.ts";

/** Long enough for a cold build on a slow machine; the usual case is one to three minutes. */
const buildTimeoutMs = 20 * 60_000;

/** Builds the program with the Go toolchain; Go checks the sources against its checksum database. */
export function goInstall(goPackage: string): Means {
  return fetchIntoCache(`go install`, async (wanted, search, folder) => {
    const go = which("go", ["/usr/local/go/bin"]);
    if (go === undefined) return { why: "no Go toolchain" };
    search.onLine(`${wanted.title}: building with go install ${goPackage} (minutes, once)`);
    const started = Date.now();
    const progress = setInterval(() => {
      const seconds = Math.round((Date.now() - started) / 1000);
      search.onLine(`${wanted.title}: still building (${seconds} s)`);
    }, 30_000);
    try {
      const built = await runCommand({
        command: go,
        args: ["install", goPackage],
        env: { ...process.env, GOBIN: folder },
        signal: search.signal,
        timeoutMs: buildTimeoutMs,
      });
      return built.code === 0 ? undefined : { why: `go install failed: ${lastLines(built.output, 2)}` };
    } finally {
      clearInterval(progress);
    }
  });
}
