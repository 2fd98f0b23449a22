import type { Log } from "../log/log.ts";

/** Answers when the dependency works, rejects when not. Names are shown, errors only by their code. */
export type ReadinessChecks = Readonly<Record<string, () => Promise<unknown>>>;

export interface ReadinessLine {
  readonly name: string;
  readonly ok: boolean;
  /** Milliseconds that the check took. */
  readonly ms: number;
  readonly error?: string;
}

export const readinessTimeoutMs = 2000;

/**
 * Asks every dependency at once, each for two seconds at most, and answers a line for each in the order given.
 * Callers that ask while the checks run share their answer.
 */
export function createReadiness(checks: ReadinessChecks, log: Log, timeoutMs = readinessTimeoutMs) {
  let running: Promise<ReadinessLine[]> | undefined;
  const runAll = () =>
    Promise.all(Object.entries(checks).map(([name, check]) => runOne(name, check, log, timeoutMs)));
  return (): Promise<ReadinessLine[]> => {
    running ??= runAll().finally(() => {
      running = undefined;
    });
    return running;
  };
}

async function runOne(
  name: string,
  check: () => Promise<unknown>,
  log: Log,
  timeoutMs: number,
): Promise<ReadinessLine> {
  const start = performance.now();
  const timer = Promise.withResolvers<never>();
  const timeout = setTimeout(() => timer.reject(new Error("timeout")), timeoutMs);
  const elapsedMs = () => Math.round(performance.now() - start);
  try {
    await Promise.race([check(), timer.promise]);
    return { name, ok: true, ms: elapsedMs() };
  } catch (error) {
    log.warn({ err: error, dependency: name }, "a dependency is not ready");
    return { name, ok: false, ms: elapsedMs(), error: shortReason(error, timeoutMs) };
  } finally {
    clearTimeout(timeout);
  }
}

/** A code or a name: error texts may hold addresses and names that are nobody's business. */
function shortReason(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return "failed";
  if (error.message === "timeout") return `no answer within ${timeoutMs} ms`;
  const code = (error as { code?: unknown }).code;
  return typeof code === "string" ? code : error.name;
}
