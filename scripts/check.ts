/** `npm run check`: what must hold before each commit, in seconds and without any server. */
import { abortOnInterrupt } from "./stack/interrupt.ts";
import { Interrupted } from "./stack/stack-error.ts";
import { renderStep, runChecks } from "./testing/checks.ts";

try {
  const results = await runChecks(abortOnInterrupt(), (result) => console.log(renderStep(result)));
  process.exitCode = results.every((result) => result.isOk) ? 0 : 1;
} catch (error) {
  if (!(error instanceof Interrupted)) throw error;
  process.exitCode = 130;
}
