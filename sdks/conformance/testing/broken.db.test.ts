import path from "node:path";
import { runScenarios } from "../runner/run-scenarios.ts";
import type { Transport } from "../runner/scenario.ts";
import { scenariosOver } from "../scenarios/all.ts";

/** What any of them still does right; each scenario of a second. */
const sound = [
  "register: says what it is and how it wants to reach the queue",
  "work: does a job and settles what the handler returned",
  "outcome: incomplete with its reason",
  "cut: the answer of a settle is lost, it is repeated, one outcome counts",
];

interface Fault {
  readonly caughtBy: readonly string[];
  readonly passes?: readonly string[];
  readonly transport?: Transport;
}

/**
 * Faulty workers and the scenarios that catch them. Those that would only wait longer for the same fault are
 * left out; the README says how to run all.
 */
const broken: Readonly<Record<string, Fault>> = {
  "never-beats": {
    caughtBy: [
      "beat: keeps a lease far beyond its length",
      "beat: the times that a claim tells count at once, whatever registration said",
      "beat: also comes with no job in hand",
    ],
    passes: ["drain: an idle worker leaves at once"],
  },
  "settles-lost": {
    caughtBy: [
      "lost: another attempt took over, the first is not settled",
      "slow: unheard for longer than a lease, it asks before it publishes",
    ],
    passes: ["cancel: a job in flight ends as cancelled with the next beat"],
  },
  "ignores-cancel": {
    caughtBy: ["cancel: one job of several, the others go on"],
    passes: ["lost: another attempt took over, the first is not settled"],
  },
  polls: {
    caughtBy: [
      "idle: sleeps in the server and sends next to nothing",
      "work: waits while too many results are pending",
    ],
    passes: ["idle: wakes within 250 ms, 15 times"],
  },
  "ignores-sigterm": {
    caughtBy: ["drain: an idle worker leaves at once"],
    passes: ["drain: asked by the engine, it finishes and leaves with code 0"],
  },
  "exceeds-concurrency": {
    caughtBy: ["work: never more jobs at once than its concurrency, and as many"],
    passes: ["work: 300 jobs, each settled once, in batches"],
  },
  "registers-once": {
    caughtBy: ["user: it lost its rights, the worker registers again"],
    passes: ["cut: an idle worker whose connections were killed soon works again"],
  },
  "never-waits": {
    transport: "https",
    caughtBy: [
      "idle: sleeps in the server and sends next to nothing",
      "https: an idle worker waits in one request, renewed without a pause",
    ],
    passes: ["idle: wakes within 250 ms, 15 times"],
  },
  "forgives-everything": {
    transport: "https",
    caughtBy: [
      "https: 409, another epoch in the middle of a job, it registers again",
      "https: 401, the key is not accepted in the middle of a job, it registers again",
      "https: a revoked key ends the worker with a code that is not 0",
    ],
    passes: ["https: 504 to a beat is tried again"],
  },
};

test.each(Object.entries(broken))(
  "the worker %s fails what concerns its fault, and nothing else",
  async (name, { caughtBy, passes = [], transport = "valkey" }) => {
    const tried = [...caughtBy, ...passes, ...sound];
    const chosen = scenariosOver(transport).filter((scenario) => tried.includes(scenario.name));
    expect(chosen).toHaveLength(tried.length);
    const program = path.join(import.meta.dirname, "broken", `${name}.ts`);
    const results = await runScenarios(chosen, {
      valkeyUrl: process.env["TEST_VALKEY_URL"] ?? "redis://127.0.0.1:6379",
      transport,
      command: `${JSON.stringify(process.execPath)} ${JSON.stringify(program)}`,
      sideBySide: 4,
    });
    const failed = results.filter(({ verdict }) => verdict === "failed");
    expect(failed.map((result) => result.name).sort()).toEqual([...caughtBy].sort());
  },
  120_000,
);
