import type { SimulatedJob, SimulatedWork } from "../../platform/valkey/testing/simulation.ts";
import type { Mix } from "./mixes.ts";

/** How fair a schedule was. */
export interface Fairness {
  /** Jain's index of worker-time over weight among tenants that always had work: 1 is equal, 1/n is one takes all. */
  readonly jain: number | undefined;
  /** The largest and the smallest share of worker-time over weight, over the mean. */
  readonly shares: readonly [least: number, most: number] | undefined;
  /** The longest wait of any job of a tenant whose jobs arrive one by one or in small lots. */
  readonly worstWaitMs: number;
  readonly medianWaitMs: number;
  readonly begun: number;
}

/** Waits are those of the tenants with the fewest jobs, who suffer where a queue is not fair. */
export function measure(mix: Mix, work: readonly SimulatedWork[]): Fairness {
  const watched = work.filter(({ endedMs }) => endedMs > mix.fromMs);
  const times = mix.contenders.map((tenant) => {
    const sum = watched.reduce((total, one) => total + (one.tenant === tenant ? one.workerMs : 0), 0);
    return sum / (mix.weights[tenant] ?? 1);
  });
  const waits = waitsOf(mix, work).toSorted((a, b) => a - b);
  return {
    ...(times.length < 2 ? { jain: undefined, shares: undefined } : sharesOf(times)),
    worstWaitMs: waits.at(-1) ?? 0,
    medianWaitMs: waits[Math.floor(waits.length / 2)] ?? 0,
    begun: work.length,
  };
}

function sharesOf(times: readonly number[]): Pick<Fairness, "jain" | "shares"> {
  const sum = times.reduce((total, time) => total + time, 0);
  const squares = times.reduce((total, time) => total + time * time, 0);
  const mean = sum / times.length;
  return {
    jain: (sum * sum) / (times.length * squares),
    shares: [Math.min(...times) / mean, Math.max(...times) / mean],
  };
}

/** How long the jobs of small tenants waited; one that was never begun waited until the end. */
function waitsOf(mix: Mix, work: readonly SimulatedWork[]): number[] {
  const begun = new Map(work.map((one) => [one.id, one.startedMs]));
  const perTenant = new Map<string, SimulatedJob[]>();
  for (const job of mix.jobs) perTenant.set(job.tenant, [...(perTenant.get(job.tenant) ?? []), job]);
  const fewest = Math.min(...[...perTenant.values()].map((jobs) => jobs.length));
  return [...perTenant.values()]
    .filter((jobs) => jobs.length === fewest)
    .flat()
    .filter(({ arrivesMs }) => arrivesMs >= mix.fromMs && arrivesMs < mix.untilMs)
    .map(({ id, arrivesMs }) => (begun.get(id) ?? mix.untilMs) - arrivesMs);
}
