import { notFound } from "../../model/errors.ts";
import { canOperatePool } from "../../model/pools/pool.ts";
import { withEngine } from "../../store/tenant.ts";
import { findKey, listRevokedSince, revokeKey } from "../../store/worker-keys.ts";
import { afterCommit } from "../after-commit.ts";
import { recordAudit } from "../audit/record.ts";
import type { Ctx, Engine } from "../context.ts";

/**
 * Revokes a key: the API refuses it from the commit on, and its workers lose their connections to Valkey at once. What they
 * hold ends as crashes when the leases are over. Again: no change.
 * @throws DomainError `not_found` for unknown and foreign keys alike
 */
export async function revokeWorkerKey(ctx: Ctx, id: string): Promise<void> {
  await withEngine(ctx.engine, async (tx, now) => {
    const key = await findKey(tx, id);
    if (key === undefined || !canOperatePool(ctx.caller.identity, key)) throw notFound("worker key", id);
    if (!(await revokeKey(tx, now, id, ctx.caller.identity.actor))) return;
    await recordAudit(ctx, tx, now, {
      action: "worker-key.revoke",
      targetKind: "worker-key",
      targetId: id,
      details: { pool: key.pool },
    });
  });
  await afterCommit(ctx, "shutting a worker key out of Valkey", () => ctx.workerUsers.shutOut([id]), {
    key: id,
  });
}

/** Longer than any process can be at letting in a key that it read as live. */
const recentMs = 60 * 60_000;

/** Shuts out what was revoked lately, once more: whoever revoked it may have died before he could, or met a rebuild. */
export async function shutOutRevoked(engine: Engine): Promise<void> {
  const keys = await withEngine(engine.engine, (tx, now) =>
    listRevokedSince(tx, new Date(now.getTime() - recentMs)),
  );
  if (keys.length > 0) await engine.workerUsers.shutOut(keys);
}
