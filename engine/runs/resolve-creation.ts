import { DomainError, invalidField } from "../../model/errors.ts";
import type { JobClass } from "../../model/queue/job-message.ts";
import { defaultPool } from "../../model/pools/pool.ts";
import { type RunRequest, runRequest } from "../../model/runs/run-request.ts";
import { resolveAdvisoryNames } from "../../store/advisories/resolve-names.ts";
import { getSchedule } from "../../store/schedules/rows.ts";
import type { TenantTx } from "../../store/tenant.ts";
import { touchedByPurls } from "../impact/touched.ts";
import { requestOf, scheduleOf } from "../schedules/settle-due.ts";
import type { RunCreation } from "./creation.ts";

/** A creation with everything that it refers to looked up. */
export interface ResolvedCreation {
  readonly request: RunRequest;
  readonly mode: string;
  readonly class: JobClass;
  readonly pool: string;
  readonly scheduleId: string | null;
  readonly scheduleRevision: number | null;
  /** Of the schedule; empty without one. */
  readonly scheduleName: string;
}

/**
 * Looks up what a creation refers to, so that a run that could only fail is refused at once.
 * @throws DomainError `invalid` that names unknown advisories, unreadable package URLs or an unknown schedule.
 */
export async function resolveCreation(
  tx: TenantTx,
  tenant: string,
  creation: RunCreation,
): Promise<ResolvedCreation> {
  if (creation.scheduleId !== undefined) return ofSchedule(tx, tenant, creation.scheduleId, creation);
  const {
    scheduleId: _,
    mode = "analysis-only",
    class: asked,
    pool = defaultPool,
    reason: __,
    ...rest
  } = creation;
  const request = runRequest.parse(rest);
  if (request.advisories !== undefined) await refuseUnknown(tx, tenant, request.advisories);
  // Planning asks the same question again; here it is asked for its refusals only.
  if (request.purls !== undefined) await touchedByPurls(tx, tenant, request.purls);
  const isEvent = request.advisories !== undefined || request.purls !== undefined;
  return {
    request,
    mode,
    class: asked ?? (isEvent ? "event" : "interactive"),
    pool,
    scheduleId: null,
    scheduleRevision: null,
    scheduleName: "",
  };
}

async function ofSchedule(
  tx: TenantTx,
  tenant: string,
  scheduleId: string,
  { force, class: asked }: RunCreation,
): Promise<ResolvedCreation> {
  const row = await getSchedule(tx, tenant, scheduleId).catch((error: unknown) => {
    if (error instanceof DomainError && error.code === "not_found")
      throw invalidField("scheduleId", "there is no such schedule");
    throw error;
  });
  const schedule = scheduleOf(row);
  return {
    request: { ...requestOf(schedule), force },
    mode: schedule.mode,
    class: asked ?? "interactive",
    pool: schedule.pool,
    scheduleId,
    scheduleRevision: row.revision,
    scheduleName: schedule.name,
  };
}

async function refuseUnknown(tx: TenantTx, tenant: string, names: readonly string[]): Promise<void> {
  const known = new Set((await resolveAdvisoryNames(tx, tenant, names)).map(({ name }) => name));
  const fields = names.flatMap((name, at) =>
    known.has(name) ? [] : [{ path: `advisories[${at}]`, message: `${JSON.stringify(name)} is not known` }],
  );
  if (fields.length === 0) return;
  const unknown = fields.slice(0, 10).map(({ path, message }) => `${path}: ${message}`);
  throw new DomainError("invalid", unknown.join("; "), { fields });
}
