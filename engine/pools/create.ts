import { z } from "zod";
import { DomainError } from "../../model/errors.ts";
import { hasScope } from "../../model/identity/identity.ts";
import { tenantId } from "../../model/identity/tenant.ts";
import { poolName } from "../../model/pools/pool.ts";
import { timestamp, toTimestamp } from "../../model/time/timestamp.ts";
import { insertPool, type PoolRow } from "../../store/pools.ts";
import { withEngine } from "../../store/tenant.ts";
import { recordAudit } from "../audit/record.ts";
import type { Ctx } from "../context.ts";
import { type IdempotencyKey, type KeptAnswer, once } from "../once.ts";

/** What makes a queue: the pool of workers that it is for. */
export const poolCreation = z.strictObject({
  queue: poolName,
  tenantId: tenantId.optional().meta({
    description: "The tenant whose jobs its workers take, and nobody else's. Absent: everybody's.",
  }),
});

export const poolDocument = poolCreation.extend({ createdAt: timestamp, createdBy: z.string() });

export type PoolDocument = z.infer<typeof poolDocument>;

/**
 * Makes a pool of workers with a queue of its own, which opens within seconds. Audited.
 * @throws DomainError `forbidden` without `platform.admin`, `conflict` when the name is taken.
 */
export async function createPool(
  ctx: Ctx,
  {
    creation,
    key,
  }: { readonly creation: z.infer<typeof poolCreation>; readonly key: IdempotencyKey | undefined },
): Promise<KeptAnswer<PoolDocument>> {
  const { identity } = ctx.caller;
  if (!hasScope(identity, "platform.admin")) {
    throw new DomainError(
      "forbidden",
      "Names of queues are shared by all tenants: this needs platform.admin.",
    );
  }
  return withEngine(ctx.engine, (tx, now) =>
    once(ctx, tx, now, key, async () => {
      const { queue: pool, tenantId: tenant = null } = creation;
      const row = { pool, tenant, created_at: now, created_by: identity.actor };
      if (!(await insertPool(tx, row))) {
        throw new DomainError("conflict", `There is a queue named ${pool}.`, {
          fields: [{ path: "queue", message: "is taken" }],
        });
      }
      await recordAudit(ctx, tx, now, {
        action: "queue.create",
        targetKind: "queue",
        targetId: pool,
        details: { tenantId: tenant },
      });
      return { status: 201, body: toPoolDocument(row) };
    }),
  );
}

function toPoolDocument(row: PoolRow): PoolDocument {
  return {
    queue: row.pool,
    ...(row.tenant !== null && { tenantId: row.tenant }),
    createdAt: toTimestamp(row.created_at.getTime()),
    createdBy: row.created_by,
  };
}
