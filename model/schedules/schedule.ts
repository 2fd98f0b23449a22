import { z } from "zod";
import { DomainError } from "../errors.ts";
import { tenantId } from "../identity/tenant.ts";
import { selection } from "../images/selection.ts";
import { labels } from "../labels.ts";
import { defaultPool, poolName } from "../pools/pool.ts";
import { concurrencyKey, jobKind } from "../queue/job-message.ts";
import { plainText } from "../text.ts";
import { timestamp } from "../time/timestamp.ts";
import { parseZone } from "../time/zone.ts";
import { parseCron } from "./cron.ts";

export const scheduleId = z.string().regex(/^sch_[0-9a-f]{32}$/, "must be sch_ and 32 hexadecimal digits");

/** `analysis-only` matches the stored SBOM, `content-refresh` pulls the image again. */
export const runModes = ["analysis-only", "content-refresh"] as const;

const maxConfigLength = 16_384;

const whenCron = z
  .string()
  .overwrite((text) => text.trim().replace(/[ \t]+/g, " "))
  .superRefine((text, context) => check(context, () => parseCron(text)));

const timezone = z
  .string()
  .superRefine((text, context) => check(context, () => parseZone(text)))
  .overwrite((text) => zoneNameOf(text));

const pluginConfig = z
  .record(z.string().max(128), z.unknown())
  .refine(isSmallJson, `must be JSON of at most ${maxConfigLength} characters`);

/** Only run when these hold; an image that does not meet them is left out of the run. */
const onlyIf = z.strictObject({
  lastReportOlderThanDays: z.int().min(0).max(3_650).optional(),
  policyRevision: plainText(128).optional(),
});

/** Bounds of one run. Absent means unbounded. */
const limits = z.strictObject({
  maxImages: z.int().min(1).max(1_000_000).optional(),
  ratePerSecond: z.int().min(1).max(100_000).optional(),
  parallelism: z.int().min(1).max(10_000).optional(),
  maxMinutes: z.int().min(1).max(10_080).optional(),
  concurrencyKey: concurrencyKey.optional().meta({
    description: "What the jobs of its runs share with others, say a registry host: operators limit it.",
  }),
});

const notify = z.strictObject({
  onNewFindings: z.boolean().default(false),
  minSeverity: z.enum(["low", "medium", "high", "critical"]).default("high"),
  includeKev: z.boolean().default(true),
});

/** What a caller writes, without defaults. */
const editable = {
  name: plainText(200).min(1),
  description: plainText(2_000),
  /** A schedule that is not enabled is paused: its due instants are recorded and start nothing. */
  enabled: z.boolean(),
  whenCron,
  timezone,
  mode: z.enum(runModes),
  /** The kind of job that a run dispatches: `scan` matches images, plugins bring others. */
  jobKind,
  pluginConfig,
  /** The pool of workers that does its runs. */
  pool: poolName,
  selection,
  onlyIf,
  limits,
  /** What happens at a due instant while an earlier run is open. */
  overlap: z.enum(["skip", "allow"]),
  /** How late an instant may still start after an outage. */
  catchupWindowSeconds: z.int().min(0).max(604_800),
  /** The start is delayed by a stable part of this. */
  jitterSeconds: z.int().min(0).max(3_600),
  /** Pause after a run that ended in error. */
  pauseOnFailure: z.boolean(),
  notify,
  labels,
};

/** The body of a create and of a full replacement. */
export const scheduleInput = z.strictObject({
  ...editable,
  description: editable.description.default(""),
  enabled: editable.enabled.default(true),
  timezone: editable.timezone.default("UTC"),
  mode: editable.mode.default("analysis-only"),
  jobKind: editable.jobKind.default("scan"),
  pluginConfig: editable.pluginConfig.default({}),
  pool: editable.pool.default(defaultPool),
  onlyIf: editable.onlyIf.default({}),
  limits: editable.limits.default({}),
  overlap: editable.overlap.default("skip"),
  catchupWindowSeconds: editable.catchupWindowSeconds.default(900),
  jitterSeconds: editable.jitterSeconds.default(0),
  pauseOnFailure: editable.pauseOnFailure.default(false),
  notify: editable.notify.prefault({}),
  labels: editable.labels.default({}),
});

/** The body of a partial edit: what is absent stays as it is. */
export const schedulePatch = z.strictObject(editable).partial();

/** A schedule as API and storage show it. `nextFires` are nominal times, empty while it is paused. */
export const schedule = z.strictObject({
  schemaVersion: z.literal("scheduler.schedule@1"),
  id: scheduleId,
  tenantId,
  ...editable,
  createdAt: timestamp,
  createdBy: z.string(),
  updatedAt: timestamp,
  updatedBy: z.string(),
  nextFires: z.array(timestamp),
});

export type ScheduleInput = z.infer<typeof scheduleInput>;
export type SchedulePatch = z.infer<typeof schedulePatch>;
export type Schedule = z.infer<typeof schedule>;
export type RunMode = (typeof runModes)[number];

/** Runs a parser that refuses by `DomainError` and tells its refusal at the field. */
function check(context: z.core.$RefinementCtx<string>, parse: () => unknown): void {
  try {
    parse();
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    context.addIssue({ code: "custom", message: error.fields[0]?.message ?? error.message });
  }
}

/** A text that is no zone stays as it is: the check before has refused it. */
function zoneNameOf(text: string): string {
  try {
    return parseZone(text);
  } catch {
    return text;
  }
}

function isSmallJson(value: unknown): boolean {
  try {
    return JSON.stringify(value).length <= maxConfigLength;
  } catch {
    return false; // nested too deep, or no JSON
  }
}
