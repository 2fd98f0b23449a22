import { lastLines, runCommand } from "../run-command.ts";
import { which } from "./on-path.ts";
import { checkProgram, type Means } from "./program.ts";

/**
 * The system's package manager, when run as root. Only Debian's is driven: it tells beforehand whether it
 * has the major version that we need. Nothing is installed otherwise.
 */
export function aptPackage(name: string, major: number, folders: readonly string[] = []): Means {
  return async (wanted, search) => {
    const aptGet = which("apt-get");
    if (aptGet === undefined) return { why: "no apt-get" };
    if (process.getuid?.() !== 0) return { why: "not root, so no apt-get" };
    const offered = await runCommand({
      command: "apt-cache",
      args: ["madison", name],
      signal: search.signal,
      timeoutMs: 20_000,
    });
    const version = offered.stdout
      .split("\n")
      .map((line) => line.split("|")[1]?.trim() ?? "")
      .find((candidate) => Number.parseInt(candidate.replace(/^\d+:/, ""), 10) === major);
    if (version === undefined) return { why: `apt offers no ${name} ${major}` };
    search.onLine(`${wanted.title}: installing ${name}=${version} with apt-get`);
    const installed = await runCommand({
      command: aptGet,
      args: ["install", "--yes", "--no-install-recommends", `${name}=${version}`],
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
      signal: search.signal,
      timeoutMs: 10 * 60_000,
    });
    if (installed.code !== 0) return { why: `apt-get failed: ${lastLines(installed.output, 2)}` };
    const binary = which(wanted.binaryName, folders);
    if (binary === undefined) return { why: `${name} holds no ${wanted.binaryName}` };
    return checkProgram(wanted, binary, `apt ${name}`, search.signal);
  };
}
