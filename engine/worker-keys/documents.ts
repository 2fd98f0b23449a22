import { z } from "zod";
import { tenantId } from "../../model/identity/tenant.ts";
import { poolName } from "../../model/pools/pool.ts";
import { timestamp, toTimestamp } from "../../model/time/timestamp.ts";
import type { OwnedWorkerKeyRow } from "../../store/worker-keys.ts";

export const workerKeyId = z.string().regex(/^[0-9a-f]{16}$/, "must be 16 hexadecimal digits");

/** A worker key as operators see it: never the secret. */
export const workerKeyDocument = z.object({
  id: workerKeyId.meta({ description: "The part of the key between `wk_` and the secret." }),
  pool: poolName,
  tenantId: tenantId.optional().meta({ description: "Whose jobs its pool takes; absent: everybody's." }),
  createdAt: timestamp,
  createdBy: z.string(),
  revokedAt: timestamp.optional(),
  revokedBy: z.string().optional(),
});

export type WorkerKeyDocument = z.infer<typeof workerKeyDocument>;

/** A key that was just made. `key` is in the first answer alone: a repeated request is answered without it. */
export const newWorkerKeyDocument = workerKeyDocument.extend({
  key: z.string().optional().meta({
    description: "What workers are given. Shown here and never again: keep it, or revoke the key.",
  }),
});

export type NewWorkerKeyDocument = z.infer<typeof newWorkerKeyDocument>;

export function toWorkerKeyDocument(row: OwnedWorkerKeyRow): WorkerKeyDocument {
  return {
    id: row.key_id,
    pool: row.pool,
    ...(row.tenant !== null && { tenantId: row.tenant }),
    createdAt: toTimestamp(row.created_at.getTime()),
    createdBy: row.created_by,
    ...(row.revoked_at !== null && { revokedAt: toTimestamp(row.revoked_at.getTime()) }),
    ...(row.revoked_by !== null && { revokedBy: row.revoked_by }),
  };
}
