/** Numbers of the queue protocol; their normative text is ../../PROTOCOL.md. */
export const protocol = {
  version: 1,
  maxOutcomeBytes: 65_536,
  maxProgressBytes: 512,
  maxErrorMessageBytes: 1_024,
  /** Outcomes in one settle call, and their bytes together. */
  settleItems: 200,
  settleBytes: 1_000_000,
  /** The body of a call over HTTPS. */
  callBytes: 1_000_000,
} as const;

/** A job as `je_claim` hands it out. */
export interface ClaimedJob {
  readonly job: string;
  readonly attempt: number;
  readonly lease: number;
  readonly kind: string;
  readonly class: string;
  readonly tenant: string;
  readonly run: string;
  readonly wallClockMs: number;
  /** JSON text. */
  readonly payload: string;
  readonly concurrencyKey?: string;
}

export interface ClaimReply {
  readonly word: "ok" | "busy" | "drain";
  readonly retryAfterMs: number;
  readonly leaseMs: number;
  readonly beatMs: number;
  /** How long the call waited for work: the leases began no earlier than so long after it was sent. */
  readonly waitedMs: number;
  readonly jobs: readonly ClaimedJob[];
}

export type BeatVerdict = "continue" | "cancel" | "lost";

export interface BeatReply {
  readonly word: "continue" | "drain";
  readonly leaseMs: number;
  readonly beatMs: number;
  readonly verdicts: readonly BeatVerdict[];
}

export type SettleVerdict = "accepted" | "known" | "stale" | "too_large" | "invalid";
export type ReleaseVerdict = "released" | "lost";

/** Names a lease: beat, settle and release need all three. */
export interface LeaseRef {
  readonly job: string;
  readonly attempt: number;
  readonly lease: number;
}
