import type { SimulatedWork } from "../../platform/valkey/testing/simulation.ts";
import type { Mix } from "./mixes.ts";

/** How fair a schedule was. */
export interface Fairness {
  /** Jain's index of worker-time over weight among tenants that always had work: 1 is equal, 1/n is one takes all. */
  readonly jain: number | undefined;
  /** The largest and the smallest share of worker-time over weight, over the mean. */
  readonly shares: readonly [least: number, most: number] | undefined;
  /** How long jobs of modest tenants waited. */
  readonly waits: readonly [medianMs: number, worstMs: number] | undefined;
}

export function measure(mix: Mix, work: readonly SimulatedWork[]): Fairness {
  const times = mix.contenders.map((tenant) => {
    const sum = work.reduce((total, one) => total + (one.tenant === tenant ? one.workerMs : 0), 0);
    return sum / (mix.weights[tenant] ?? 1);
  });
  const waits = waitsOf(mix, work).toSorted((a, b) => a - b);
  return {
    ...(times.length < 2 ? { jain: undefined, shares: undefined } : sharesOf(times)),
    waits: waits.length === 0 ? undefined : [waits[Math.floor(waits.length / 2)]!, waits.at(-1)!],
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

/** How long the jobs of modest tenants waited; one that was never begun waited until the end. */
function waitsOf({ jobs, modest, untilMs }: Mix, work: readonly SimulatedWork[]): number[] {
  const begun = new Map(work.map((one) => [one.id, one.startedMs]));
  return jobs
    .filter(({ tenant }) => modest.includes(tenant))
    .map(({ id, arrivesMs }) => (begun.get(id) ?? untilMs) - arrivesMs);
}
