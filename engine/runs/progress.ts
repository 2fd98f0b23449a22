import type { RunRow } from "../../store/runs/rows.ts";
import type { RunProgress } from "../../workflows/contract.ts";

/** A run's row as its workflow shows it. */
export function progressOf(run: RunRow): RunProgress {
  return {
    state: run.state,
    planned: run.images_planned,
    succeeded: run.images_succeeded,
    failed: run.images_failed,
    incomplete: run.images_incomplete,
    cancelled: run.images_cancelled,
    jobsOpen: run.jobs_open,
  };
}
