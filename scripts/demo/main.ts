/** `npm run demo`: the main path on a fleet of images, told scene by scene and checked as it is told. */
import { readArguments } from "../stack/read-arguments.ts";
import { abortOnInterrupt } from "../stack/interrupt.ts";
import { Interrupted, StackError } from "../stack/stack.ts";
import { parseDemoArguments, usage } from "./arguments.ts";
import { ApiError } from "./api-client.ts";
import { chooseMaterial } from "./choose-material.ts";
import { SceneFailed } from "./scene-failed.ts";
import { createScreen } from "./show/screen.ts";
import { tellStory } from "./tell-story.ts";

/** As every shell reports a command that Ctrl-C has ended. */
const interruptedExitCode = 130;

/** What stops the demo is told as it stands; anything unforeseen with its stack. */
function tellFailure(error: unknown): void {
  const isForeseen = [SceneFailed, ApiError, StackError].some((kind) => error instanceof kind);
  console.error(isForeseen && error instanceof Error ? `\n✗ ${error.message}` : error);
}

const args = readArguments(parseDemoArguments, usage);
if (args !== undefined) {
  const screen = createScreen(process.stdout, () => performance.now());
  const signal = abortOnInterrupt();
  try {
    screen.title("JobEngine: the main path, live");
    const material = await chooseMaterial(args, screen, signal).catch((error: unknown) => {
      // Before anything runs, what is wrong is wrong with a file: the message says which.
      throw error instanceof Error && !signal.aborted
        ? new SceneFailed(error.message, { cause: error })
        : error;
    });
    await tellStory(args, material, screen, signal);
  } catch (error) {
    if (error instanceof Interrupted || signal.aborted) process.exitCode = interruptedExitCode;
    else {
      tellFailure(error);
      process.exitCode = 1;
    }
  }
}
