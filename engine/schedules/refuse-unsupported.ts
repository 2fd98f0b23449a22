import { DomainError, type FieldError } from "../../model/errors.ts";
import type { ScheduleInput } from "../../model/schedules/schedule.ts";

/**
 * Refuses what the document can say and the engine does not do yet: a setting that is silently ignored would
 * be believed. @throws DomainError `invalid` with every such field.
 */
export function refuseUnsupported(schedule: ScheduleInput): void {
  const { jobKind, pluginConfig, onlyIf, limits, pauseOnFailure, notify } = schedule;
  const isSet: Readonly<Record<string, boolean>> = {
    jobKind: jobKind !== "scan",
    pluginConfig: Object.keys(pluginConfig).length > 0,
    "onlyIf.policyRevision": onlyIf.policyRevision !== undefined,
    "limits.ratePerSecond": limits.ratePerSecond !== undefined,
    "limits.parallelism": limits.parallelism !== undefined,
    "limits.maxMinutes": limits.maxMinutes !== undefined,
    pauseOnFailure,
    "notify.onNewFindings": notify.onNewFindings,
    "notify.minSeverity": notify.minSeverity !== "high",
    "notify.includeKev": !notify.includeKev,
  };
  const fields: FieldError[] = Object.entries(isSet)
    .filter(([, isRefused]) => isRefused)
    .map(([path]) => ({ path, message: instead[path] ?? "is not supported yet; leave it out" }));
  if (fields.length === 0) return;
  const text = fields.map(({ path, message }) => `${path}: ${message}`).join("; ");
  throw new DomainError("invalid", text, { fields });
}

const instead: Readonly<Record<string, string>> = {
  jobKind: 'only "scan" is supported yet',
  pluginConfig: "no job kind that reads it is supported yet; leave it out",
};
