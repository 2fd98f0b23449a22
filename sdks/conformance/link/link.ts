import type { Wire, WireCommand } from "./wire.ts";

/**
 * What to do with a command of the worker: `refuse` it here with an error of the server, which never sees it; `cut`
 * the connection before the server sees it, or once it has done it, so that its answer is lost; let its reply
 * `grow` at its end, as a later version's may.
 */
export type Meddling =
  | { readonly refuse: string }
  | { readonly cut: "before" | "afterwards" }
  | { readonly grow: true };

/** The way between a worker and its queue, by one transport, on which everything is seen and some things happen. */
export interface Link {
  readonly port: number;
  readonly wire: Wire;
  /** Asked for every command; undefined lets it through. */
  meddle: ((command: WireCommand) => Meddling | undefined) | undefined;
  /** How long each message takes, in both directions. */
  delayMs: number;
  /** Nothing arrives any more, in both directions, and nobody is told; `resume` lets all of it through. */
  stall(): void;
  resume(): void;
  /** Breaks all connections, and answers how many; while it is `away` it refuses new ones. */
  cut(): number;
  isAway: boolean;
  close(): Promise<void>;
}
