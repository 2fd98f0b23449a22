/** What each promises as it is set here; the numbers mean something beside this only. */
const guarantees = [
  ["", "lease", "retry", "dedupe", "result", "shares, limits, cancel"],
  [
    "JobEngine",
    "60 s, fenced by attempt and lease",
    "classes, budgets, jitter",
    "(job, attempt)",
    "on a stream until PostgreSQL has it",
    "tenants by worker-time, classes, caps, cancel",
  ],
  ["BullMQ", "lock 30 s, fenced by token", "5, exponential", "job id", "in the job's hash", "none set"],
  [
    "asynq",
    "30 s, extended by heartbeat",
    "5, exponential",
    "task id",
    "in the task's hash, 1 h",
    "none set",
  ],
  ["Celery", "until acknowledged (acks_late)", "5, exponential", "none", "result backend, 1 h", "none set"],
  [
    "graphile-worker",
    "row lock by worker, 4 h",
    "25, exponential",
    "job key",
    "none; the row is deleted",
    "none set",
  ],
] as const;

export function printGuarantees(): void {
  console.log("\nWhat each guarantees as it is set here");
  const widths = guarantees[0].map((_, at) => Math.max(...guarantees.map((row) => row[at]?.length ?? 0)));
  for (const row of guarantees)
    console.log(`  ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join("  ")}`);
}
