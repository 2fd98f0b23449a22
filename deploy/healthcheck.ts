/**
 * The image's health check. Roles with an HTTP face are asked for /healthz on their port; the scan worker
 * listens nowhere, so that its process runs is all there is to know.
 */
import { readFileSync } from "node:fs";
import { get } from "node:http";
import { get as getOverTls } from "node:https";

/** The address to ask, by the command line of the container's first process; `undefined` when there is none. */
export function healthAddress(
  commandLine: string,
  env: Readonly<Record<string, string | undefined>>,
): string | undefined {
  if (/scan-worker|scanner\/main\.ts/.test(commandLine)) return undefined;
  const isWorker = /scheduler-worker|activities\/main\.ts/.test(commandLine);
  const port = env[isWorker ? "JOBENGINE_METRICS_PORT" : "JOBENGINE_HTTP_PORT"];
  const isTls = !isWorker && (env["JOBENGINE_HTTP_TLS_CERT_FILE"] ?? "") !== "";
  return `${isTls ? "https" : "http"}://127.0.0.1:${port ?? "8080"}/healthz`;
}

/** The status of the answer. Whose certificate it is does not matter: the container asks itself. */
async function statusOf(address: string): Promise<number> {
  return await new Promise<number>((resolve, reject) => {
    const isTls = address.startsWith("https:");
    const options = { timeout: 4_000, ...(isTls && { rejectUnauthorized: false }) };
    const request = (isTls ? getOverTls : get)(address, options, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    request.on("timeout", () => request.destroy(new Error(`${address} does not answer`)));
    request.on("error", reject);
  });
}

async function main(): Promise<void> {
  const commandLine = readFileSync("/proc/1/cmdline", "utf8").replaceAll("\0", " ");
  const address = healthAddress(commandLine, process.env);
  if (address === undefined) return;
  const status = await statusOf(address);
  if (status !== 200) throw new Error(`${address} answers ${status}`);
}

if (import.meta.main) {
  main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  });
}
