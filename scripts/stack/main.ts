/** `npm run up | status | down | reset`: a whole JobEngine on this machine, in one data folder. */
import { readArguments } from "./read-arguments.ts";
import { parseStackArguments, usage, type StackArguments, type Verb } from "./arguments.ts";
import { down } from "./down.ts";
import { abortOnInterrupt } from "./interrupt.ts";
import { createPrinter, type Printer } from "./print.ts";
import { reset } from "./reset.ts";
import { Interrupted, StackError } from "./stack-error.ts";
import { status } from "./status.ts";
import { up } from "./up.ts";

/** As every shell reports a command that Ctrl-C has ended. */
const interruptedExitCode = 130;

type Run = (args: StackArguments, printer: Printer, signal: AbortSignal) => Promise<object>;

const runs: Readonly<Record<Verb, Run>> = { up, down, reset, status };

/** Ours say what would help; those of the file system say which file and why. The rest are bugs, shown whole. */
function isExpected(error: unknown): error is Error {
  return error instanceof StackError || (error instanceof Error && "syscall" in error && "path" in error);
}

const args = readArguments(parseStackArguments, usage);
if (args !== undefined) {
  const printer = createPrinter(args.isJson ? process.stderr : process.stdout);
  const signal = abortOnInterrupt();
  try {
    const result = await runs[args.verb](args, printer, signal);
    if ("isHealthy" in result && result.isHealthy === false) process.exitCode = 1;
    if (args.isJson) console.log(JSON.stringify(result));
  } catch (error) {
    if (error instanceof Interrupted || signal.aborted) process.exitCode = interruptedExitCode;
    else {
      console.error(isExpected(error) ? `\n${error.message}` : error);
      process.exitCode = 1;
    }
  }
}
