import { z } from "zod";
import type { Identity } from "../identity/identity.ts";
import { hasScope } from "../identity/identity.ts";

/**
 * The name of a pool: workers that trust each other. Its queue has the same name, and no other pool reaches it.
 */
export const poolName = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, "must be 1 to 64 of A-Z a-z 0-9 _ -")
  .meta({ example: "default" });

/** The pool that is always there, and that takes what names no other. */
export const defaultPool = "default";

/** Whom a pool works for: one tenant, or all of them where it is null. */
export interface PoolOwner {
  readonly tenant: string | null;
}

/** Whether jobs of a tenant may be sent to a pool: its workers read the documents of what they are given. */
export function worksFor(pool: PoolOwner, tenant: string): boolean {
  return pool.tenant === null || pool.tenant === tenant;
}

/** Whether a pool is there for a caller at all: another tenant's is not. */
export function canSeePool(identity: Identity, pool: PoolOwner): boolean {
  return hasScope(identity, "platform.admin") || worksFor(pool, identity.tenant);
}

/** Whether a caller may set up and operate a pool as a whole: its tenant may, for a shared one the platform. */
export function canOperatePool(identity: Identity, pool: PoolOwner): boolean {
  return hasScope(identity, "platform.admin") || pool.tenant === identity.tenant;
}
