/** `npm run conformance`: tries a worker program against the queue protocol. */
import { readArguments, usageExitCode } from "../../scripts/stack/read-arguments.ts";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { abortOnInterrupt } from "../../scripts/stack/interrupt.ts";
import { Interrupted, StackError, startServers } from "../../scripts/stack/stack.ts";
import { type ConformanceArguments, parseConformanceArguments, usage } from "./runner/arguments.ts";
import { renderResult, renderSummary, summarize } from "./runner/report.ts";
import { runScenarios } from "./runner/run-scenarios.ts";
import { scenariosOver } from "./scenarios/all.ts";

/** Calls `work` with the address of a Valkey: the one of the environment, or one that lives as long. */
async function withValkey<T>(signal: AbortSignal, work: (valkeyUrl: string) => Promise<T>): Promise<T> {
  const given = process.env["TEST_VALKEY_URL"];
  if (given !== undefined && given !== "") return await work(given);
  const dataDir = mkdtempSync(path.join(tmpdir(), "jobengine-conformance-"));
  try {
    const servers = await startServers({
      dataDir,
      which: ["valkey"],
      onLine: (line) => console.error(line),
      signal,
    });
    try {
      return await work(servers.valkeyUrl);
    } finally {
      await servers.stop();
    }
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function main(args: ConformanceArguments): Promise<number> {
  const { command, only, sideBySide, isJson, transport } = args;
  const chosen = scenariosOver(transport).filter(
    ({ name }) => only.length === 0 || only.some((text) => name.toLowerCase().includes(text.toLowerCase())),
  );
  if (args.isList) {
    console.log(
      isJson ? JSON.stringify(chosen.map(({ name }) => name)) : chosen.map(({ name }) => name).join("\n"),
    );
    return 0;
  }
  if (chosen.length === 0) {
    console.error(`No scenario has ${only.join(" or ")} in its name; --list names them.`);
    return usageExitCode;
  }
  const signal = abortOnInterrupt();
  return await withValkey(signal, async (valkeyUrl) => {
    const startedAt = performance.now();
    const print = isJson ? console.error : console.log;
    const results = await runScenarios(chosen, {
      valkeyUrl,
      command,
      transport,
      sideBySide,
      signal,
      onResult: (result) => print(renderResult(result)),
    });
    signal.throwIfAborted();
    const seconds = (performance.now() - startedAt) / 1_000;
    const summary = summarize(results);
    print(`\n${renderSummary(summary, seconds)}`);
    if (isJson)
      console.log(
        JSON.stringify({ worker: command, transport, ...summary, seconds, scenarios: results }, null, 2),
      );
    return summary.failed === 0 ? 0 : 1;
  });
}

const args = readArguments(parseConformanceArguments, usage);
if (args !== undefined) {
  try {
    process.exitCode = await main(args);
  } catch (error) {
    if (error instanceof Interrupted) process.exitCode = 130;
    else {
      console.error(error instanceof StackError ? error.message : error);
      process.exitCode = 1;
    }
  }
}
