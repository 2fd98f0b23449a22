import { z } from "zod";
import { tenantId } from "../identity/tenant.ts";
import { poolName } from "../pools/pool.ts";
import { runModes, scheduleId } from "../schedules/schedule.ts";
import { plainText } from "../text.ts";
import { timestamp } from "../time/timestamp.ts";
import { delta } from "./delta.ts";
import { runError } from "./run-errors.ts";
import { runStates } from "./states.ts";
import { runStats } from "./stats.ts";

export const runId = z.string().regex(/^run_[0-9a-f]{32}$/, "must be run_ and 32 hexadecimal digits");

/** What made a run. `conselier` is the advisory feed, `excitor` the VEX feed: spelled so on the wire. */
export const runTriggers = [
  "cron",
  "manual",
  "conselier",
  "excitor",
  "policy",
  "content-refresh",
  "backfill",
  "retry",
] as const;

export type RunTrigger = (typeof runTriggers)[number];

/** Why a run exists: the window of changes that it answers, and a text for people. */
export const runReason = z.strictObject({
  impactWindowFrom: timestamp.optional(),
  impactWindowTo: timestamp.optional(),
  text: plainText(1_000).default(""),
});

const count = z.int().min(0);

/** The books, in images. `fresh` were left out of `planned` because nothing newer touches them. */
export const runCounts = z.strictObject({
  planned: count,
  fresh: count,
  succeeded: count,
  failed: count,
  incomplete: count,
  cancelled: count,
});

/** The jobs of a run. The images of those that were `parked` count as failed. */
export const runSegments = z.strictObject({ total: count, open: count, parked: count });

/** How much of the matched SBOMs could be matched, in components. */
export const runCoverage = z.strictObject({ components: count, matchable: count });

/** The sums over all deltas. */
export const runFindings = z.strictObject({
  newFindings: count,
  newCritical: count,
  newHigh: count,
  fixed: count,
  imagesChanged: count,
});

/** A run as the API shows it. Counts only grow; `deltas` holds the worst images and is absent when there are none. */
export const run = z.strictObject({
  schemaVersion: z.literal("scheduler.run@1"),
  id: runId,
  tenantId,
  scheduleId: scheduleId.optional(),
  trigger: z.enum(runTriggers),
  state: z.enum(runStates),
  mode: z.enum(runModes),
  pool: poolName.meta({ description: "The pool of workers that does it." }),
  reason: runReason,
  stats: runStats,
  counts: runCounts,
  segments: runSegments,
  coverage: runCoverage,
  findings: runFindings,
  deltas: z.array(delta).max(20).optional(),
  error: runError.optional(),
  retryOf: runId.optional(),
  ratePerSecond: count
    .optional()
    .meta({ description: "How many of its jobs are given to workers in a second at most." }),
  correlationId: z.string().max(128),
  createdAt: timestamp,
  createdBy: z.string(),
  plannedAt: timestamp.optional(),
  startedAt: timestamp.optional(),
  finishedAt: timestamp.optional(),
});

export type Run = z.infer<typeof run>;
export type RunReason = z.infer<typeof runReason>;
export type RunCounts = z.infer<typeof runCounts>;
