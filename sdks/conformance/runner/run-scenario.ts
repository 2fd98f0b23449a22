import { setTimeout as sleep } from "node:timers/promises";
import { Mismatch, Skipped } from "./expect.ts";
import type { Scenario, Transport } from "./scenario.ts";
import { openWorld, type OpenWorld } from "./world.ts";

/** What came of one scenario. */
export interface ScenarioResult {
  readonly name: string;
  readonly verdict: "passed" | "failed" | "skipped";
  readonly seconds: number;
  readonly notes: readonly string[];
  /** Of a failure. */
  readonly expected?: string;
  readonly came?: string;
  /** The last lines that the worker wrote to standard error. */
  readonly log?: readonly string[];
  /** Why it was skipped. */
  readonly why?: string;
}

export interface RunOptions {
  readonly valkeyUrl: string;
  /** The worker program, as a shell would start it. */
  readonly command: string;
  /** How the worker is told to reach the queue. */
  readonly transport: Transport;
  /** When it aborts, the scenario is taken down and fails. */
  readonly signal?: AbortSignal;
}

const defaultTimeLimitMs = 60_000;
const logLines = 8;

/** Runs one scenario against the worker program. Never throws for what the worker does. */
export async function runScenario(scenario: Scenario, options: RunOptions): Promise<ScenarioResult> {
  const startedAt = performance.now();
  let opened: OpenWorld | undefined;
  const result = (part: Pick<ScenarioResult, "verdict"> & Partial<ScenarioResult>): ScenarioResult => ({
    name: scenario.name,
    seconds: (performance.now() - startedAt) / 1_000,
    notes: opened?.notes ?? [],
    ...part,
  });
  try {
    opened = await openWorld(scenario, options);
    await withinLimit(scenario, opened, options.signal);
    return result({ verdict: "passed" });
  } catch (error) {
    if (error instanceof Skipped) return result({ verdict: "skipped", why: error.message });
    const log = lastLines(opened);
    if (error instanceof Mismatch) {
      return result({ verdict: "failed", expected: error.expected, came: error.came, log });
    }
    const came = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return result({ verdict: "failed", expected: "a scenario that runs to its end", came, log });
  } finally {
    await opened?.[Symbol.asyncDispose]();
  }
}

async function withinLimit(
  scenario: Scenario,
  opened: OpenWorld,
  signal: AbortSignal | undefined,
): Promise<void> {
  const limitMs = scenario.timeLimitMs ?? defaultTimeLimitMs;
  const over = new AbortController();
  const early = signal === undefined ? over.signal : AbortSignal.any([over.signal, signal]);
  const running = scenario.run(opened.world);
  // After the limit the world is taken down under the scenario; what it then throws says nothing.
  running.catch(() => {});
  try {
    await Promise.race([
      running,
      sleep(limitMs, undefined, { signal: early }).then(() => {
        const waiting = opened.waitingFor === undefined ? "" : `, waiting for ${opened.waitingFor}`;
        throw new Mismatch(`the end within ${limitMs / 1_000} s`, `it still ran${waiting}`);
      }),
    ]);
  } finally {
    over.abort();
  }
}

function lastLines(opened: OpenWorld | undefined): string[] {
  const lines = (opened?.workers ?? []).flatMap(({ log }) => log.trimEnd().split("\n"));
  return lines.filter((line) => line !== "").slice(-logLines);
}
