import type { ApiClient } from "./api-client.ts";
import type { LeaseRef } from "./protocol.ts";

/** Whether a watermark was moved, and what it has now. */
export interface Advance {
  /** False: it had another value by now, and nothing was changed. */
  readonly advanced: boolean;
  readonly value: string | null;
}

/**
 * How far jobs of one kind have come in something that they read, under a name; it belongs to the tenant and the
 * kind of the job.
 */
export interface Watermark {
  /** Null when it was never moved, or was sent back to the start. */
  get(): Promise<string | null>;
  /**
   * Moves it from the value that was read to a new one of 1 to 512 bytes. The same move again by the same job is
   * the move that was made.
   * @param options.monotone both are RFC 3339 instants, and it must not go back.
   */
  advance(from: string | null, to: string, options?: { readonly monotone?: boolean }): Promise<Advance>;
}

export function createWatermark(api: ApiClient, lease: LeaseRef, name: string): Watermark {
  if (!/^[A-Za-z0-9_.:-]{1,128}$/.test(name))
    throw new TypeError(`Not a watermark's name: ${JSON.stringify(name)}`);
  const path = `/api/v1/worker/jobs/${encodeURIComponent(lease.job)}/watermarks/${encodeURIComponent(name)}?attempt=${lease.attempt}`;
  return {
    async get() {
      return ((await api.get(path)) as { value: string | null }).value;
    },
    async advance(from, to, { monotone = false } = {}) {
      const response = await api.request("PUT", path, {
        bytes: JSON.stringify({ from, to, monotone }),
        headers: { "content-type": "application/json" },
      });
      const answer = (await response.json()) as { advanced: boolean; watermark: { value: string | null } };
      return { advanced: answer.advanced, value: answer.watermark.value };
    },
  };
}
