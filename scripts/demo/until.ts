import { pause } from "../stack/interrupt.ts";
import { SceneFailed } from "./scene-failed.ts";

/** Asks again and again until there is an answer. @throws SceneFailed that says what never came. */
export async function until<T>(
  what: string,
  options: { readonly signal: AbortSignal; readonly withinMs: number; readonly everyMs?: number },
  ask: () => Promise<T | undefined>,
): Promise<T> {
  const deadline = Date.now() + options.withinMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > deadline) throw new SceneFailed(`${what}: not within ${options.withinMs / 1_000} s`);
    await pause(options.everyMs ?? 100, options.signal);
  }
}
