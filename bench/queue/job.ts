/** The job that everybody is given: the same bytes in, the same bytes out. */

/** A payload of 100 bytes as JSON, about what the engine's own jobs have; `n` tells the jobs apart. */
export interface NoopPayload {
  readonly n: number;
  readonly pad: string;
}

export function payloadOf(n: number): NoopPayload {
  return { n, pad: "x".repeat(84 - String(n).length) };
}

/** The id is given by whoever enqueues, so that the same job sent twice is one job, where the queue can say so. */
export function idOf(n: number): string {
  return `job_${n}`;
}
