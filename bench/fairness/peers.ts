import type { Scheduler, SimulatedJob } from "../../platform/valkey/testing/simulation.ts";

/** First come, first served: what a plain list does. */
export function createFifo(): Scheduler {
  const waiting: SimulatedJob[] = [];
  return {
    setTime: async () => {},
    enqueue: async (jobs) => void waiting.push(...jobs),
    claim: async (_worker, free) => waiting.splice(0, free).map(({ id }) => id),
    settle: async () => {},
  };
}

/** A job of each tenant in turn, however long it takes: what queues call round robin. */
export function createRoundRobin(): Scheduler {
  const lanes = new Map<string, SimulatedJob[]>();
  const turns: string[] = [];
  return {
    setTime: async () => {},
    async enqueue(jobs) {
      for (const job of jobs) {
        const lane = lanes.get(job.tenant);
        if (lane === undefined || lane.length === 0) turns.push(job.tenant);
        if (lane === undefined) lanes.set(job.tenant, [job]);
        else lane.push(job);
      }
    },
    async claim(_worker, free) {
      const given: string[] = [];
      while (given.length < free) {
        const tenant = turns.shift();
        const job = tenant === undefined ? undefined : lanes.get(tenant)?.shift();
        if (tenant === undefined || job === undefined) break;
        given.push(job.id);
        if ((lanes.get(tenant)?.length ?? 0) > 0) turns.push(tenant);
      }
      return given;
    },
    settle: async () => {},
  };
}
