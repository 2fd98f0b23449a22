import { parseArgs } from "node:util";

export interface FaultsArguments {
  readonly minutes: number;
  readonly jobs: number;
  readonly seed: number;
  readonly isJson: boolean;
  readonly dataDir: string;
  /** Leaves data and logs of a run in which everything held, too. */
  readonly isKept: boolean;
}

export const usage = `Usage: npm run faults [-- flags]

Starts a stack of its own, does faults to it while runs go on (workers, Valkey, PostgreSQL, scheduler-worker and
scheduler-web killed, frozen, emptied), lets it heal and reads the ledger. Ends with 0 when nothing was lost and
nothing was accepted twice. Ctrl-C ends the faults early; what was asked for until then is seen through.

  --minutes N     how long faults are done (default 2, fractions allowed)
  --jobs N        how many jobs the runs make in all, at an even pace (default 6000)
  --seed N        which faults, and in which order (default 1)
  --json          one JSON object on standard output, progress on standard error
  --data-dir DIR  where all state lies (default .jobengine-faults); must be new or empty
  --keep          leave data and logs even when everything held
  --help`;

/** Reads the command line; what is wrong with it is the message of the error. `help` when it was asked for. */
export function parseFaultsArguments(args: readonly string[]): FaultsArguments | "help" {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: "string", default: "2" },
      jobs: { type: "string", default: "6000" },
      seed: { type: "string", default: "1" },
      json: { type: "boolean", default: false },
      "data-dir": { type: "string", default: ".jobengine-faults" },
      keep: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return "help";
  if (values["data-dir"] === "") throw new Error("--data-dir needs the name of a folder.");
  return {
    minutes: numberOf("--minutes", values.minutes, /^\d{1,4}(\.\d{1,2})?$/, [0.1, 1_440]),
    jobs: numberOf("--jobs", values.jobs, /^\d{1,7}$/, [60, 2_000_000]),
    seed: numberOf("--seed", values.seed, /^\d{1,10}$/, [0, 2 ** 32 - 1]),
    isJson: values.json,
    dataDir: values["data-dir"],
    isKept: values.keep,
  };
}

function numberOf(
  flag: string,
  text: string,
  shape: RegExp,
  [least, most]: readonly [number, number],
): number {
  const number = shape.test(text) ? Number(text) : NaN;
  if (number >= least && number <= most) return number;
  throw new Error(`${flag} needs a number from ${least} to ${most}, not ${JSON.stringify(text)}.`);
}
