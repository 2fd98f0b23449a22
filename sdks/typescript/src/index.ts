/** The outer door of the SDK: everything a worker's author needs, nothing else. */
export { type ApiClient, ApiError } from "./api-client.ts";
export type { Artifact } from "./artifacts.ts";
export { createWorker, type Worker, type WorkerOptions } from "./create-worker.ts";
export type { Handler, Handlers, Job, JobContext, Progress } from "./handler.ts";
export { type Log, type LogLevel } from "./log.ts";
export { JobStopped, type StopReason } from "./job-stopped.ts";
export {
  DependencyDown,
  type Incomplete,
  incomplete,
  InvalidInput,
  Permanent,
  RetryAfter,
} from "./outcome-words.ts";
export { WorkerRefused } from "./register.ts";
