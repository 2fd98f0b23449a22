import { typescriptWorker, type WorkerProgram } from "../workers/worker-program.ts";

/** Workers that faults are done to, beside the stack's own, which is left alone. */
const size = 4;

/** One of each language that works here, filled up with the bundled one. */
export function fleetOf(programs: readonly WorkerProgram[]): WorkerProgram[] {
  return Array.from({ length: size }, (_, at) => programs[at] ?? typescriptWorker);
}
