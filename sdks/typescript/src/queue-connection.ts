import type { Readable } from "node:stream";
import type { BeatReply, ClaimReply, LeaseRef, ReleaseVerdict, SettleVerdict } from "./protocol.ts";
import type { QueueLost } from "./queue-errors.ts";
import type { Registration } from "./register.ts";

/**
 * The worker's functions of the protocol, by whatever transport. Each throws QueueLost (join anew) or QueueAway
 * (try again).
 */
export interface QueueConnection {
  /**
   * With 0 free slots: says only that nothing more is wanted. A transport that waits for work in its claims answers
   * soon once the signal is aborted, and still gives what it was given.
   */
  claim(free: number, signal: AbortSignal): Promise<ClaimReply>;
  beat(jobs: readonly (LeaseRef & { progress: string })[]): Promise<BeatReply>;
  settle(outcomes: readonly (LeaseRef & { outcome: string })[]): Promise<SettleVerdict[]>;
  release(jobs: readonly LeaseRef[]): Promise<ReleaseVerdict[]>;
  leave(): Promise<void>;
  /** After a claim that gave less than was asked: returns when the next one may be worth it. Never throws. */
  waitForWork(after: ClaimReply, signal: AbortSignal): Promise<void>;
  /** Lets a wait under way return early, because the queue would not end it. */
  endSleep(): void;
  close(): void;
}

export interface QueueConnectionOptions {
  readonly registration: Registration;
  readonly engine: EngineAccess;
  readonly secret: string;
  readonly kinds: readonly string[];
  /** Called once, when a connection finds out by itself that this registration is over. */
  readonly onLost: (error: QueueLost) => void;
}

/** How the engine's API is reached. */
export interface EngineAccess {
  readonly apiUrl: string;
  readonly workerKey: string;
  readonly fetch: Fetch;
  /** Authorities to trust instead of the system's, PEM. */
  readonly ca: string | undefined;
}

export type Fetch = (url: string, init: FetchInit) => Promise<Response>;

export interface FetchInit {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  /** A stream goes out in pieces, as fast as it is taken. */
  readonly body: Uint8Array | string | Readable | null;
  readonly signal: AbortSignal;
}
