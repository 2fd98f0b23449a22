import { seededRandom, shuffled } from "./random.ts";

/** What can be done to a stack, and how often of each deck. */
const deck = {
  /** SIGKILL for a scan worker; it is started again. */
  "worker-kill": 4,
  /** SIGSTOP for a scan worker, longer than its lease, then SIGCONT: it still believes in its jobs. */
  "worker-freeze": 4,
  /** FLUSHALL. */
  "valkey-flush": 2,
  /** SIGKILL for Valkey, started again with its append-only file. */
  "valkey-kill": 1,
  /** The same, and nothing is left of its file. */
  "valkey-empty": 1,
  /** The same, and its file is one of some seconds before. */
  "valkey-older": 1,
  /** SIGSTOP for all processes of PostgreSQL, then SIGCONT. */
  "postgres-pause": 2,
  /** SIGKILL for all processes of PostgreSQL, started again. */
  "postgres-kill": 1,
  /** SIGKILL for one of the scheduler-workers, started again. */
  "scheduler-worker-kill": 2,
  /** SIGSTOP for one of them, longer than Temporal waits for a heartbeat, then SIGCONT. */
  "scheduler-worker-freeze": 1,
  /** SIGKILL for scheduler-web, started again. */
  "scheduler-web-kill": 1,
} as const;

export type FaultKind = keyof typeof deck;

export const faultKinds = Object.keys(deck) as FaultKind[];

/** One fault of a sequence. */
export interface Fault {
  readonly kind: FaultKind;
  /** How long the stack is left alone before it. */
  readonly waitMs: number;
  /** It does not wait until what was done before has healed. */
  readonly isHasty: boolean;
  /** How long a pause lasts, or how much older an image is; nothing to a kill. */
  readonly lengthMs: number;
  /** In [0, 1): which of several processes. */
  readonly victim: number;
}

const waitMs = [300, 2_500] as const;
const hastyShare = 0.4;

/** Beyond a lease of 3 s, beyond the 8 s after which Temporal gives an activity up, and what people wait for. */
const lengthsMs: Partial<Record<FaultKind, readonly [from: number, to: number]>> = {
  "worker-freeze": [4_000, 6_000],
  "valkey-older": [2_000, 4_000],
  "postgres-pause": [2_000, 8_000],
  "scheduler-worker-freeze": [4_000, 12_000],
};

/**
 * The faults of a seed, for ever, always the same ones in the same order: first each kind once, so that a short time
 * has them all, then one shuffled deck after the other.
 */
export function* faultsOf(seed: number): Generator<Fault, never> {
  const random = seededRandom(seed);
  const between = ([from, to]: readonly [number, number]) => Math.round(from + random() * (to - from));
  const whole = faultKinds.flatMap((kind) => Array<FaultKind>(deck[kind]).fill(kind));
  for (let cards = faultKinds; ; cards = whole) {
    for (const kind of shuffled(cards, random)) {
      yield {
        kind,
        waitMs: between(waitMs),
        isHasty: random() < hastyShare,
        lengthMs: between(lengthsMs[kind] ?? [0, 0]),
        victim: random(),
      };
    }
  }
}
