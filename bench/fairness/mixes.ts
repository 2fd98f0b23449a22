import type { SimulatedJob } from "../../platform/valkey/testing/simulation.ts";

/** Who wants how much, and for how long the fleet is watched. */
export interface Mix {
  readonly name: string;
  readonly workers: number;
  readonly slots: number;
  readonly untilMs: number;
  readonly weights: Readonly<Record<string, number>>;
  /** The most jobs of a tenant that workers hold at once; only the queue knows caps. */
  readonly caps?: Readonly<Record<string, number>>;
  readonly jobs: readonly SimulatedJob[];
  /** Tenants that have work all the time, so that their shares can be compared. */
  readonly contenders: readonly string[];
  /** Tenants that ask for less than their share: how long their jobs wait tells what others do to them. */
  readonly modest: readonly string[];
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

/** Claim to end of the 67 segments of a demo's first run, in milliseconds, recorded on a busy machine. */
const recorded = [
  1093, 1193, 1188, 1213, 1139, 1222, 1239, 1228, 1239, 1237, 1245, 1225, 368, 405, 419, 423, 613, 587, 595,
  588, 518, 703, 670, 704, 505, 281, 485, 476, 435, 475, 493, 616, 596, 1049, 670, 589, 665, 501, 888, 500,
  779, 419, 445, 511, 493, 415, 653, 593, 579, 746, 633, 671, 473, 405, 401, 231, 583, 509, 432, 696, 539,
  445, 565, 521, 522, 535, 530,
];

const besideLongJobs: Mix = {
  name: "one tenant with a backlog of jobs of 10 s, fifty that send a job of 0.1 s each second",
  workers: 8,
  slots: 1,
  untilMs: 120_000,
  weights: {},
  contenders: [],
  modest: small,
  jobs: [
    ...work("long", 400, () => 10_000),
    ...small.flatMap((tenant) => work(tenant, 110, () => 100, { everyMs: 1_000 })),
  ],
};

export const mixes: readonly Mix[] = [
  {
    name: "one tenant with jobs of 10 s against fifty with jobs of 0.1 s, all with a backlog",
    workers: 8,
    slots: 1,
    untilMs: 300_000,
    weights: {},
    contenders: ["long", ...small],
    modest: [],
    jobs: [...work("long", 400, () => 10_000), ...small.flatMap((tenant) => work(tenant, 800, () => 100))],
  },
  besideLongJobs,
  { ...besideLongJobs, name: "the same with a cap of 4 on the tenant with the long jobs", caps: { long: 4 } },
  {
    name: "a burst of 5,000 jobs of 0.2 s while ten tenants send one each second",
    workers: 4,
    slots: 1,
    untilMs: 120_000,
    weights: {},
    contenders: [],
    modest: small.slice(0, 10),
    jobs: [
      ...work("burst", 5_000, () => 200, { fromMs: 20_000 }),
      ...small.slice(0, 10).flatMap((tenant) => work(tenant, 110, () => 200, { everyMs: 1_000 })),
    ],
  },
  {
    name: "weights 1 and 10, both with a backlog",
    workers: 4,
    slots: 1,
    untilMs: 60_000,
    weights: { heavy: 10 },
    contenders: ["light", "heavy"],
    modest: [],
    jobs: [...work("light", 2_000, () => 200), ...work("heavy", 2_000, () => 200)],
  },
  {
    name: "recorded durations: two tenants with a backlog, one of them ten times as long, and one run of 67 jobs every 30 s",
    workers: 4,
    slots: 4,
    untilMs: 120_000,
    weights: {},
    contenders: ["long", "short"],
    modest: ["runs"],
    jobs: [
      ...work("long", 20_000, (at) => recorded[(at * 31) % recorded.length]!),
      ...work("short", 2_000, (at) => recorded[(at * 17) % recorded.length]!),
      ...[0, 30_000, 60_000, 90_000].flatMap((fromMs) =>
        work("runs", recorded.length, (at) => recorded[at]!, { fromMs }),
      ),
    ],
  },
];
