/** What a shell reports of a command that was called the wrong way. */
export const usageExitCode = 2;

/**
 * The arguments of this process; undefined when it shall end at once: help was asked for and printed, or they are wrong,
 * which is said with the usage on standard error and by the exit code.
 */
export function readArguments<Arguments extends object>(
  parse: (args: readonly string[]) => Arguments | "help",
  usage: string,
): Arguments | undefined {
  try {
    const args = parse(process.argv.slice(2));
    if (args !== "help") return args;
    console.log(usage);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    process.exitCode = usageExitCode;
  }
  return undefined;
}
