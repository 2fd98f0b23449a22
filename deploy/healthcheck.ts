/**
 * The image's health check. Roles with an HTTP face are asked for /healthz on their port; the scan worker
 * listens nowhere, so that its process runs is all there is to know.
 */
import { readFileSync } from "node:fs";

/** The address to ask, by the command line of the container's first process; `undefined` when there is none. */
export function healthAddress(
  commandLine: string,
  env: Readonly<Record<string, string | undefined>>,
): string | undefined {
  if (/scan-worker|scanner\/main\.ts/.test(commandLine)) return undefined;
  const isWorker = /scheduler-worker|activities\/main\.ts/.test(commandLine);
  const port = env[isWorker ? "JOBENGINE_METRICS_PORT" : "JOBENGINE_HTTP_PORT"];
  return `http://127.0.0.1:${port ?? "8080"}/healthz`;
}

async function main(): Promise<void> {
  const commandLine = readFileSync("/proc/1/cmdline", "utf8").replaceAll("\0", " ");
  const address = healthAddress(commandLine, process.env);
  if (address === undefined) return;
  const response = await fetch(address, { signal: AbortSignal.timeout(4_000) });
  if (!response.ok) throw new Error(`${address} answers ${response.status}`);
}

if (import.meta.main) {
  main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  });
}
