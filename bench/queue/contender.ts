import type { Program } from "./program.ts";

/** A queue with its worker, as one measurement meets it: on an empty server of its own. */
export interface Field extends AsyncDisposable {
  /** Puts the jobs `from` to `from + count - 1` on the queue, as fast as its client can. */
  enqueue(from: number, count: number): Promise<void>;
  /** Starts a process with so many workers, each with the contender's slots. */
  startWorkers(count: number): Program;
  /** How many jobs have ended with their result stored; cheap enough to be asked often. */
  settled(): Promise<number>;
  /** The results that the server holds, each the number of its job; `at` where the handler noted the time. */
  results(count: number): Promise<readonly Result[]>;
  /** Workers that wait for work without a call under way, where the queue can tell. */
  readonly idleWorkers?: () => Promise<number>;
}

export interface Result {
  readonly n: number;
  /** Nanoseconds of the machine's monotonic clock when the handler began. */
  readonly at?: number;
}

export interface Contender {
  readonly name: string;
  /** What it was set to, for the table. */
  readonly settings: string;
  /** Jobs that one round gives it: some seconds of work. */
  readonly jobs: number;
  open(valkeyUrl: string): Promise<Field>;
}
