import { z } from "zod";

/** Every scope a route may demand, with what it permits. The names are known to callers. */
export const scopeMeanings = {
  "scheduler.inventory.read": "read images, SBOM facts and advisories",
  "scheduler.inventory.write": "add, change and delete images, SBOMs and the tenant's own advisories",
  "scheduler.schedules.read": "read schedules and their fires",
  "scheduler.schedules.write": "create, change, pause, trigger and delete schedules",
  "scheduler.runs.read": "read runs, jobs, deltas and findings",
  "scheduler.runs.write": "create runs",
  "scheduler.runs.manage": "cancel, retry and redrive runs and jobs",
  "scheduler.runs.preview": "ask what a run or an advisory would touch",
  "scheduler.scripts.read": "read scripts",
  "scheduler.scripts.write": "create and change scripts",
  "scheduler.scripts.run": "run scripts",
  "scheduler.admin": "operate workers, queues, keys, webhooks and read the audit, within the tenant",
  "platform.admin": "operate what all tenants share",
  "graph:read": "read graph jobs and snapshots",
  "graph:write": "create graph jobs",
  "policy:read": "read policies, their runs and exceptions",
  "policy:author": "create and change policies and exceptions",
  "policy:run": "run policies",
  "policy:simulate": "simulate policies",
  "packs.read": "read and download packs",
  "packs.write": "upload packs and submit them for approval",
  "packs.run": "run packs",
  "packs.approve": "vote on pack versions",
  "packs.admin": "operate the packs registry",
} as const;

export type Scope = keyof typeof scopeMeanings;

export const scopes = Object.keys(scopeMeanings) as readonly Scope[];

export const scope = z.enum(scopes as [Scope, ...Scope[]]);

/** Splits a space-separated scope list, as tokens (RFC 6749 section 3.3) and identity headers carry it. */
export function parseScopeList(text: string): string[] {
  return text.split(/[ \t]+/).filter((part) => part !== "");
}
