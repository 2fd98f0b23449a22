import { forgetPart } from "../stack/extra-part.ts";
import type { StackDescription } from "../stack/stack.ts";
import { startWorker } from "../workers/start-worker.ts";
import { typescriptWorker, type WorkerProgram } from "../workers/worker-program.ts";

/** Scan workers beside the one that belongs to every stack. */
export interface ScanWorkers {
  /** All of them, with the stack's own. */
  readonly all: readonly Pick<WorkerProgram, "language">[];
  /** The one that will be killed. */
  readonly victim: { readonly name: string; readonly pid: number };
  /** Takes the victim out of the stack's state once it is dead, so that the stack counts as whole. */
  forgetVictim(): Promise<void>;
}

/** With the stack's own worker there are at least so many. */
const leastWorkers = 3;

/**
 * Starts a scan worker of each other language that works here, and enough of the bundled one. They are written into
 * the stack's state as soon as they exist: whoever stops the stack stops them, too.
 */
export async function startScanWorkers(
  stack: StackDescription,
  programs: readonly WorkerProgram[],
  slots: number,
): Promise<ScanWorkers> {
  const others = programs.filter((program) => program !== typescriptWorker);
  const bundled = Math.max(1, leastWorkers - 1 - others.length);
  const started = [...others, ...Array.from({ length: bundled }, () => typescriptWorker)];
  const parts = [];
  for (const [at, program] of started.entries()) {
    parts.push(await startWorker(stack, program, { name: `scan-worker-${at + 2}`, slots }));
  }
  const victim = parts.at(-1);
  if (victim === undefined) throw new Error("there is no worker to spare");
  return {
    // The bundled ones first.
    all: [typescriptWorker, ...started.slice(others.length), ...others],
    victim,
    forgetVictim: () => forgetPart(stack.dataDir, victim.name),
  };
}
