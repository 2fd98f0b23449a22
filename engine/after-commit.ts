import { setTimeout as sleep } from "node:timers/promises";
import type { Engine } from "./context.ts";

/** How long an answer waits for a step that somebody else repeats anyway. */
const patienceMs = 2_000;

/**
 * Takes a step that follows a commit and that the tickers or the reconciler would take up if it did not
 * happen: its failure is a line in the log, and the caller waits for it two seconds at most.
 */
export async function afterCommit(
  engine: Engine,
  what: string,
  step: () => Promise<unknown>,
  subject: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const ended = new AbortController();
  const taken = step()
    .catch((err: unknown) =>
      engine.log.warn({ ...subject, err }, `Not done now, left to the tickers: ${what}.`),
    )
    .finally(() => ended.abort());
  const late = sleep(patienceMs, undefined, { signal: ended.signal, ref: false }).then(
    () => engine.log.warn(subject, `Still under way when the request was answered: ${what}.`),
    () => undefined,
  );
  await Promise.race([taken, late]);
}
