/** The states of a job in PostgreSQL. Leased is the queue's knowledge: shown, never stored. */
export const jobStates = [
  "planned",
  "queued",
  "succeeded",
  "failed",
  "incomplete",
  "cancelled",
  "parked",
] as const;

export type JobState = (typeof jobStates)[number];

/** The fixed table. A job goes back from `queued` to `planned` for another try, with a not-before time. */
export const jobTransitions: Readonly<Record<JobState, readonly JobState[]>> = {
  planned: ["queued", "cancelled"],
  queued: ["succeeded", "failed", "incomplete", "cancelled", "parked", "planned"],
  succeeded: [],
  failed: [],
  incomplete: [],
  cancelled: [],
  parked: [],
};

/** The states that a job can leave. */
export const openJobStates = jobStates.filter((state) => jobTransitions[state].length > 0);

/** Whether a job in `from` may turn to `to`. */
export function canTransition(from: JobState, to: JobState): boolean {
  return jobTransitions[from].includes(to);
}

/** Whether nothing follows. A parked job is redriven by a new run; its own record stays as it is. */
export function isTerminal(state: JobState): boolean {
  return jobTransitions[state].length === 0;
}
