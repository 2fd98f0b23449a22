import { z } from "zod";
import { parkReason, type ParkReason } from "../../model/jobs/park-reason.ts";
import { tenantId } from "../../model/identity/tenant.ts";
import { type OutcomeErrorClass, outcomeErrorClass } from "../../model/queue/outcome.ts";
import { runId } from "../../model/runs/run.ts";
import { type RunMode, runModes, scheduleId } from "../../model/schedules/schedule.ts";
import { timestamp, toTimestamp } from "../../model/time/timestamp.ts";
import type { ParkedJobRow } from "../../store/jobs/parked/rows.ts";
import { jobId } from "./documents.ts";

/** Why a job was given up, and what became of it since. */
export const parking = z.object({
  reason: parkReason,
  error: z
    .object({ class: outcomeErrorClass, code: z.string().optional(), message: z.string() })
    .meta({ description: "How its last attempt failed." }),
  images: z.int().meta({ description: "Images that are left of its segment; they count as failed." }),
  parkedAt: timestamp,
  redrivenBy: runId.optional().meta({ description: "The run that runs its images again." }),
  redrivenAt: timestamp.optional(),
});

/** A parked job as lists show it. */
export const parkedJobDocument = parking.extend({
  schemaVersion: z.literal("scheduler.parked-job@1"),
  id: jobId,
  tenantId,
  runId,
  scheduleId: scheduleId.optional(),
  kind: z.string(),
  mode: z.enum(runModes),
  tries: z.int(),
  crashes: z.int(),
  worker: z.string().optional().meta({ description: "Who had the last attempt." }),
});

export type Parking = z.infer<typeof parking>;
export type ParkedJobDocument = z.infer<typeof parkedJobDocument>;

/** What a job's own document says about its parking. */
export function toParking(row: ParkedJobRow): Parking {
  return {
    reason: row.reason as ParkReason,
    error: {
      class: row.error_class as OutcomeErrorClass,
      ...(row.error_code !== null && { code: row.error_code }),
      message: row.error_message,
    },
    images: row.images,
    parkedAt: toTimestamp(row.parked_at.getTime()),
    ...(row.redriven_by !== null && { redrivenBy: row.redriven_by }),
    ...(row.redriven_at !== null && { redrivenAt: toTimestamp(row.redriven_at.getTime()) }),
  };
}

export function toParkedJobDocument(row: ParkedJobRow): ParkedJobDocument {
  return {
    schemaVersion: "scheduler.parked-job@1",
    id: row.job_id,
    tenantId: row.tenant_id,
    runId: row.run_id,
    ...(row.schedule_id !== null && { scheduleId: row.schedule_id }),
    kind: row.kind,
    mode: row.mode as RunMode,
    tries: row.tries,
    crashes: row.crashes,
    ...(row.worker !== null && { worker: row.worker }),
    ...toParking(row),
  };
}
