import { closeRun, type RunKey } from "../../engine/runs/close.ts";
import type { RunLab } from "./run-lab.ts";

/**
 * Runs these images (all of them when absent) in a run of its own and has every job of it given up by two workers;
 * answers the run, closed.
 */
export async function parkImages(
  lab: RunLab,
  options: {
    readonly tenant?: string;
    readonly digests?: readonly string[];
    /** Of the error that both workers tell. */
    readonly code?: string;
    readonly whenSent?: (run: RunKey) => Promise<void>;
  } = {},
): Promise<RunKey> {
  const { tenant = "acme", digests, code = "HTTP_404" } = options;
  const selection = digests === undefined ? { scope: "all" } : { scope: "digest", digests };
  const key = await lab.createRun({ selection, force: true }, { tenant });
  await lab.planAndDispatch(key);
  await options.whenSent?.(key);
  const error = { class: "permanent", code, message: "no such layer" };
  for (const name of ["w1", "w2"]) {
    const worker = lab.queue.worker(name);
    await worker.settle((await worker.claim(100)).jobs, { status: "failed", error });
    await lab.ingestAll();
  }
  await closeRun(lab.engine, key);
  return key;
}
