/** The outer door of the SDK: everything a worker's author needs, nothing else. */
export { type ApiClient, ApiError } from "./api-client.ts";
export type { Artifact } from "./artifacts.ts";
export { createWorker, type Worker, type WorkerOptions } from "./create-worker.ts";
export type { Handler, Handlers, Job, JobContext, Progress } from "./handler.ts";
export { type Log, type LogLevel } from "./log.ts";
export type { JobEnd, Metrics } from "./metrics.ts";
export { createSeenKeys, type SeenKeys, type SeenKeysOptions } from "./seen-keys.ts";
export type { ArtifactSource } from "./spool.ts";
export { type TimeWindow, type TimeWindowOptions, timeWindows } from "./time-windows.ts";
export type { TraceContext } from "./trace-context.ts";
export type { Tracing } from "./tracing.ts";
export type { Advance, Watermark } from "./watermark.ts";
export { JobStopped, type StopReason } from "./job-stopped.ts";
export {
  DependencyDown,
  type Incomplete,
  incomplete,
  InvalidInput,
  Permanent,
  RetryAfter,
} from "./outcome-words.ts";
export { type Transport, WorkerRefused } from "./register.ts";
