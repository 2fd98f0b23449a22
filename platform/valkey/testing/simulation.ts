/** A job of a simulation: who wants it, when it arrives, how long its handler runs. */
export interface SimulatedJob {
  readonly id: string;
  readonly tenant: string;
  readonly arrivesMs: number;
  readonly durationMs: number;
  /** Its concurrency key, if it has one. */
  readonly key?: string;
}

/** What became of it. `workerMs` is its part of its worker's time: 1/n of the time with n jobs in hand. */
export interface SimulatedWork extends SimulatedJob {
  readonly startedMs: number;
  readonly endedMs: number;
  readonly workerMs: number;
}

/** Whatever decides which job goes next. Times are the simulation's. */
export interface Scheduler {
  setTime(nowMs: number): Promise<void>;
  enqueue(jobs: readonly SimulatedJob[]): Promise<void>;
  /** Up to `free` jobs, by id. */
  claim(worker: string, free: number): Promise<readonly string[]>;
  settle(worker: string, job: string): Promise<void>;
}

export interface SimulationOptions {
  readonly scheduler: Scheduler;
  readonly jobs: readonly SimulatedJob[];
  readonly workers: number;
  /** Jobs that a worker has in hand at once. */
  readonly slots: number;
  /** The simulation ends here; what runs then is counted up to here. */
  readonly untilMs: number;
}

interface Running {
  readonly job: SimulatedJob;
  readonly startedMs: number;
  readonly endsMs: number;
  workerMs: number;
}

interface SimulatedWorker {
  readonly name: string;
  readonly running: Running[];
}

/**
 * Plays a fleet of workers in simulated time: jobs arrive, idle slots claim, handlers end. Answers every job
 * that was begun, in the order of their starts.
 */
export async function simulate(options: SimulationOptions): Promise<SimulatedWork[]> {
  const { scheduler, slots, untilMs } = options;
  const arrivals = options.jobs.toSorted((a, b) => a.arrivesMs - b.arrivesMs);
  const byId = new Map(arrivals.map((job) => [job.id, job]));
  const workers: SimulatedWorker[] = Array.from({ length: options.workers }, (_, at) => ({
    name: `w${at}`,
    running: [],
  }));
  const done: SimulatedWork[] = [];
  let nowMs = 0;
  let arrived = 0;

  while (nowMs < untilMs) {
    await scheduler.setTime(nowMs);
    const coming: SimulatedJob[] = [];
    while (arrived < arrivals.length && arrivals[arrived]!.arrivesMs <= nowMs)
      coming.push(arrivals[arrived++]!);
    if (coming.length > 0) await scheduler.enqueue(coming);
    for (const { name, running } of workers) {
      for (const ended of running.filter((one) => one.endsMs <= nowMs)) {
        await scheduler.settle(name, ended.job.id);
        done.push(workOf(ended, ended.endsMs));
        running.splice(running.indexOf(ended), 1);
      }
    }
    for (const { name, running } of workers) {
      if (running.length === slots) continue;
      for (const id of await scheduler.claim(name, slots - running.length)) {
        const job = byId.get(id)!;
        running.push({ job, startedMs: nowMs, endsMs: nowMs + job.durationMs, workerMs: 0 });
      }
    }
    const ends = workers.flatMap(({ running }) => running.map((one) => one.endsMs));
    const nextMs = Math.min(untilMs, ...ends, arrivals[arrived]?.arrivesMs ?? untilMs);
    for (const { running } of workers) {
      for (const one of running) one.workerMs += (nextMs - nowMs) / running.length;
    }
    nowMs = nextMs;
  }
  for (const { running } of workers) done.push(...running.map((one) => workOf(one, untilMs)));
  return done.toSorted((a, b) => a.startedMs - b.startedMs);
}

function workOf({ job, startedMs, workerMs }: Running, endedMs: number): SimulatedWork {
  return { ...job, startedMs, endedMs, workerMs };
}

/** Worker-time by tenant, in milliseconds. */
export function workerTimes(work: readonly SimulatedWork[]): Map<string, number> {
  const times = new Map<string, number>();
  for (const { tenant, workerMs } of work) times.set(tenant, (times.get(tenant) ?? 0) + workerMs);
  return times;
}
