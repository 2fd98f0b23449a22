import type { ApiClient } from "./api-client.ts";
import type { Artifact } from "./artifacts.ts";
import type { ArtifactSource } from "./spool.ts";
import type { TraceContext } from "./trace-context.ts";
import type { Watermark } from "./watermark.ts";
import type { Incomplete } from "./outcome-words.ts";

/** One attempt of one job, as it was claimed. */
export interface Job {
  readonly id: string;
  readonly attempt: number;
  readonly kind: string;
  readonly class: string;
  readonly tenant: string;
  readonly run: string;
  /** The parsed payload; its shape is the kind's business: check it. */
  readonly payload: unknown;
  /** What it shares with other jobs, say a registry host, if anything. */
  readonly concurrencyKey?: string;
  /** The trace of whoever asked for the work, if there is one. */
  readonly traceContext?: TraceContext;
}

/** What is shown of a job in hand. `phase` at most 64 characters, `message` at most 256. */
export interface Progress {
  readonly done: number;
  readonly total?: number;
  readonly phase?: string;
  readonly message?: string;
}

export interface JobContext {
  readonly job: Job;
  /** Aborted when the job must stop; its reason is a `JobStopped`. Pass it on to whatever you await. */
  readonly signal: AbortSignal;
  /** Remembers the latest progress; it travels with the next heartbeat and costs nothing. */
  readonly progress: (progress: Progress) => void;
  /** The engine's worker routes, signed with the worker's key. */
  readonly api: ApiClient;
  /**
   * Stores bytes, a file or a stream under a name of this job, by digest; the same bytes again are the same artifact.
   * Streams are bounded in memory.
   * @param name 1 to 128 of `A-Z a-z 0-9 . _ -`.
   * @param mime `application/octet-stream` when absent, `application/json`, `application/x-ndjson` or `text/plain`.
   */
  readonly publishArtifact: (name: string, source: ArtifactSource, mime?: string) => Promise<Artifact>;
  /**
   * How far jobs of this kind have come in something that they read.
   * @param name 1 to 128 of `A-Z a-z 0-9 _ . : -`.
   */
  readonly watermark: (name: string) => Watermark;
}

/**
 * Does one job. What it returns (any JSON, or nothing) is the result of a success; `incomplete(…)` says that
 * there is a gap; exceptions say why it failed. It must leave the event loop free: heartbeats need it.
 */
export type Handler = (job: Job, context: JobContext) => Promise<unknown> | Incomplete | JsonLike | void;

type JsonLike = string | number | boolean | null | readonly unknown[] | Readonly<Record<string, unknown>>;

/** Handlers by job kind. */
export type Handlers = Readonly<Record<string, Handler>>;
