import { startExtraPart } from "../stack/extra-part.ts";
import type { StackDescription } from "../stack/stack.ts";
import type { Part } from "../stack/state.ts";
import type { WorkerProgram } from "./worker-program.ts";

/** Starts a scan worker beside a stack; whoever stops the stack stops it, too. */
export async function startWorker(
  stack: Pick<StackDescription, "dataDir" | "schedulerUrl" | "workerKey">,
  program: WorkerProgram,
  { name, slots }: { readonly name: string; readonly slots: number },
): Promise<Part> {
  return startExtraPart(stack.dataDir, {
    name,
    command: program.command,
    args: program.args,
    env: {
      ...program.env,
      JOBENGINE_API_URL: stack.schedulerUrl ?? "",
      JOBENGINE_WORKER_KEY: stack.workerKey ?? "",
      JOBENGINE_WORKER_CONCURRENCY: String(slots),
    },
    means: program.means,
  });
}
