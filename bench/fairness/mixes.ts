import type { SimulatedJob } from "../../platform/valkey/testing/simulation.ts";

/** Who wants how much, and for how long the fleet is watched. */
export interface Mix {
  readonly name: string;
  readonly workers: number;
  readonly slots: number;
  readonly untilMs: number;
  readonly weights: Readonly<Record<string, number>>;
  readonly jobs: readonly SimulatedJob[];
  /** Shares are counted from here on: when everybody of `contenders` waits. */
  readonly fromMs: number;
  /** Tenants that always have work in that time, so that their shares can be compared. */
  readonly contenders: readonly string[];
}

/** Jobs of a tenant: the first ones at `fromMs`, then one each `everyMs` (0: all at once). */
function work(
  tenant: string,
  count: number,
  durationMs: (at: number) => number,
  { fromMs = 0, everyMs = 0 } = {},
): SimulatedJob[] {
  return Array.from({ length: count }, (_, at) => ({
    id: `${tenant}-${fromMs}-${at}`,
    tenant,
    arrivesMs: fromMs + at * everyMs,
    durationMs: Math.max(1, Math.round(durationMs(at))),
  }));
}

const small = Array.from({ length: 50 }, (_, at) => `small-${String(at).padStart(2, "0")}`);

/** Durations of 67 real segments of the demo's run, in milliseconds, in the order in which they ended. */
const recorded = [
  6, 7, 7, 8, 8, 9, 9, 9, 10, 10, 10, 11, 11, 11, 12, 12, 12, 13, 13, 13, 14, 14, 14, 15, 15, 15, 16, 16, 17,
  17, 18, 18, 19, 19, 20, 20, 21, 21, 22, 23, 23, 24, 25, 26, 27, 28, 29, 30, 31, 33, 34, 36, 38, 40, 43, 46,
  49, 53, 58, 63, 70, 78, 88, 101, 118, 142, 180,
];

export const mixes: readonly Mix[] = [
  {
    name: "one tenant with jobs of 10 s against fifty with jobs of 0.1 s",
    workers: 8,
    slots: 1,
    untilMs: 120_000,
    fromMs: 0,
    weights: {},
    contenders: ["long", ...small],
    jobs: [...work("long", 400, () => 10_000), ...small.flatMap((tenant) => work(tenant, 400, () => 100))],
  },
  {
    name: "a burst of 5,000 jobs while others send one a second",
    workers: 4,
    slots: 1,
    untilMs: 120_000,
    fromMs: 20_000,
    weights: {},
    contenders: [],
    jobs: [
      ...work("burst", 5_000, () => 200, { fromMs: 20_000 }),
      ...small.slice(0, 10).flatMap((tenant) => work(tenant, 115, () => 200, { everyMs: 1_000 })),
    ],
  },
  {
    name: "weights 1 and 10",
    workers: 4,
    slots: 1,
    untilMs: 60_000,
    fromMs: 0,
    weights: { heavy: 10 },
    contenders: ["light", "heavy"],
    jobs: [...work("light", 2_000, () => 200), ...work("heavy", 2_000, () => 200)],
  },
  {
    name: "recorded durations; one tenant has ten times the jobs, one sends them in lots of 67",
    workers: 4,
    slots: 4,
    untilMs: 20_000,
    fromMs: 0,
    weights: {},
    contenders: ["many", "steady"],
    jobs: [
      ...work("many", 20_000, (at) => 10 * recorded[(at * 31) % recorded.length]!),
      ...work("steady", 2_000, (at) => 10 * recorded[(at * 17) % recorded.length]!),
      ...[0, 5_000, 10_000, 15_000].flatMap((fromMs) =>
        work("lots", recorded.length, (at) => 10 * recorded[at]!, { fromMs }),
      ),
    ],
  },
];
