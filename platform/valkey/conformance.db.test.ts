import { readFileSync } from "node:fs";
import path from "node:path";
import type { QueueSettings } from "../../model/queue/settings.ts";
import { openTestQueue } from "./testing/test-queue.ts";

interface Step {
  readonly call: string;
  readonly args: readonly string[];
  readonly epoch?: string;
  readonly reply?: unknown;
  readonly error?: string;
}
interface Scenario {
  readonly name: string;
  readonly settings?: Partial<QueueSettings>;
  readonly steps: readonly Step[];
}

const file = path.join(import.meta.dirname, "../../sdks/conformance/functions.json");
const scenarios = JSON.parse(readFileSync(file, "utf8")) as Scenario[];

/** The expected reply with variables replaced; a new variable takes the value found at its place. */
function resolve(expected: unknown, actual: unknown, variables: Map<string, unknown>): unknown {
  if (Array.isArray(expected)) {
    return expected.map((item, i) => resolve(item, Array.isArray(actual) ? actual[i] : undefined, variables));
  }
  if (typeof expected !== "string" || !expected.startsWith("$")) return expected;
  if (expected === "$any") return actual;
  if (!variables.has(expected)) variables.set(expected, actual);
  return variables.get(expected);
}

test.each(scenarios.map((scenario) => [scenario.name, scenario] as const))("%s", async (_name, scenario) => {
  await using t = await openTestQueue(scenario.settings);
  const variables = new Map<string, unknown>();
  for (const step of scenario.steps) {
    const args = step.args.map((arg) => (variables.has(arg) ? JSON.stringify(variables.get(arg)) : arg));
    const actual: unknown = await t.valkey
      .fcall(step.call, 1, t.queue.keyPrefix, step.epoch ?? t.queue.epoch ?? "", ...args)
      .catch((error: Error) => ({ error: error.message.split(" ")[0] }));
    const expected =
      step.error === undefined ? resolve(step.reply, actual, variables) : { error: step.error };
    expect({ step, answer: actual }).toEqual({ step, answer: expected });
  }
});
