import type { Job } from "./handler.ts";

/** Carries traces: a part of the trace for each job, and what the worker's calls to the API say of it. */
export interface Tracing {
  /** Runs a handler, as a part of the job's trace where it has one. It must run it, once. */
  run<Result>(job: Job, handle: () => Promise<Result>): Promise<Result>;
  /** The headers for a call of the job to the engine's API. */
  headers(job: Job): Readonly<Record<string, string>>;
}

/** Starts no part of its own and passes the job's trace on as it came. */
export const passOn: Tracing = {
  run: async (_job, handle) => await handle(),
  headers: ({ traceContext }) => ({ ...traceContext }),
};
