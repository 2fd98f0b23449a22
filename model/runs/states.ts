/** The states of a run, in the order in which a run meets them. */
export const runStates = ["planning", "queued", "running", "completed", "error", "cancelled"] as const;

export type RunState = (typeof runStates)[number];

/**
 * The fixed table. `planning` completes at once when no image is affected. `error` is for faults of the
 * engine only: a run whose images all failed is `completed` when its books balance.
 */
export const runTransitions: Readonly<Record<RunState, readonly RunState[]>> = {
  planning: ["queued", "completed", "error", "cancelled"],
  queued: ["running", "error", "cancelled"],
  running: ["completed", "error", "cancelled"],
  completed: [],
  error: [],
  cancelled: [],
};

/** The states that a run can leave. */
export const openRunStates = runStates.filter((state) => runTransitions[state].length > 0);

/** Whether a run in `from` may turn to `to`. */
export function canTransition(from: RunState, to: RunState): boolean {
  return runTransitions[from].includes(to);
}

/** Whether nothing follows. */
export function isTerminal(state: RunState): boolean {
  return runTransitions[state].length === 0;
}
