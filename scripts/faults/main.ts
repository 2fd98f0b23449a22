/** `npm run faults`: proof that the queue survives. Ends with 0 when the ledger holds. */
import { readArguments } from "../stack/read-arguments.ts";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { Interrupted, StackError } from "../stack/stack.ts";
import { findWorkerPrograms } from "../workers/find-programs.ts";
import { type FaultsArguments, parseFaultsArguments, usage } from "./arguments.ts";
import { fleetOf } from "./fleet.ts";
import { reportLines } from "./report.ts";
import { runStorm } from "./storm.ts";

const interruptedExitCode = 130;
/** npm and the terminal both send an interrupt: a second one means more only after this time. */
const secondInterruptMs = 1_000;

/** The first interrupt ends the faults, another one later everything. */
function interrupts(): { readonly stop: AbortController; readonly all: AbortController } {
  const [stop, all] = [new AbortController(), new AbortController()];
  let firstMs: number | undefined;
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(name, () => {
      firstMs ??= performance.now();
      stop.abort(new Interrupted(name));
      if (performance.now() - firstMs > secondInterruptMs) all.abort(new Interrupted(name));
    });
  }
  return { stop, all };
}

async function main(args: FaultsArguments): Promise<void> {
  const { dataDir, isJson, isKept } = args;
  if (existsSync(dataDir) && readdirSync(dataDir).length > 0) {
    throw new StackError(`${dataDir} is not empty. Choose another folder: --data-dir DIR`);
  }
  const { stop, all } = interrupts();
  const tell = (line: string) => (isJson ? console.error(line) : console.log(line));
  const { programs, missing } = await findWorkerPrograms({ signal: all.signal, onLine: tell });
  for (const why of missing) tell(`Left out: ${why}`);
  const report = await runStorm({
    ...args,
    programs: fleetOf(programs),
    onLine: tell,
    stop: stop.signal,
    signal: all.signal,
  });
  if (isJson) console.log(JSON.stringify(report));
  else console.log(reportLines(report).join("\n"));
  if (!report.isWhole) process.exitCode = 1;
  else if (stop.signal.aborted) process.exitCode = interruptedExitCode;
  if (report.isWhole && !isKept) rmSync(dataDir, { recursive: true, force: true });
  else tell(`Data and logs stay in ${dataDir}`);
}

const args = readArguments(parseFaultsArguments, usage);
if (args !== undefined) {
  try {
    await main(args);
  } catch (error) {
    if (error instanceof Interrupted) process.exitCode = interruptedExitCode;
    else {
      console.error(error instanceof StackError ? error.message : error);
      process.exitCode = 1;
    }
  }
}
