import { lastLines, runCommand } from "../run-command.ts";

/** A server program that can be started. */
export interface Program {
  /** Absolute path, or the name inside `image`. */
  readonly binary: string;
  /** Set when the program lives in a container image. */
  readonly image?: string;
  readonly version: string;
  /** Where it came from, for people: `PATH`, `npm`, `cache`, … */
  readonly means: string;
}

/** Why a means did not lead to a program. */
export interface Miss {
  readonly why: string;
}

/** What a search needs: where to keep what it fetches, whom to tell, when to stop. */
export interface Search {
  readonly cacheDir: string;
  readonly onLine: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** What is looked for, and how to tell that it was found. */
export interface Wanted {
  /** Names its folder in the cache: `valkey-9.1.2`. */
  readonly id: string;
  readonly title: string;
  readonly binaryName: string;
  /** Reads the version out of `binary --version`; `undefined` when this is not a version that we need. */
  readonly acceptVersion: (output: string) => string | undefined;
  /** One command or step that helps when every means failed. */
  readonly help: string;
}

/** One way to come by a program. */
export type Means = (wanted: Wanted, search: Search) => Promise<Program | Miss>;

export function isMiss(found: Program | Miss): found is Miss {
  return "why" in found;
}

/** Runs `binary --version`: a program that does not run here, or is of another version, is a miss. */
export async function checkProgram(
  wanted: Wanted,
  binary: string,
  means: string,
  signal?: AbortSignal,
): Promise<Program | Miss> {
  const run = await runCommand({ command: binary, args: ["--version"], timeoutMs: 15_000, signal });
  const version = run.code === 0 ? wanted.acceptVersion(run.output) : undefined;
  if (version !== undefined) return { binary, version, means };
  const why = run.code === 0 ? "has another version" : "does not run";
  return { why: `${binary} ${why} (${lastLines(run.output, 1)})` };
}
