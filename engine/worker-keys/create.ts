import { DomainError, invalidField } from "../../model/errors.ts";
import { canOperatePool, canSeePool } from "../../model/pools/pool.ts";
import { lockPool, type PoolRow } from "../../store/pools.ts";
import { type EngineTx, withEngine } from "../../store/tenant.ts";
import { insertWorkerKey, listLiveKeys } from "../../store/worker-keys.ts";
import { afterCommit } from "../after-commit.ts";
import { recordAudit } from "../audit/record.ts";
import type { Ctx } from "../context.ts";
import { type IdempotencyKey, type KeptAnswer, once } from "../once.ts";
import { type NewWorkerKeyDocument, toWorkerKeyDocument } from "./documents.ts";
import { newWorkerKey } from "./secret.ts";

/** So many keys of a pool are live at once: the one in use, and the one that workers are moving to. */
const liveKeysOfPool = 2;

/**
 * Makes a key for a pool and lets its workers in. The first answer holds the key, no later one does: only the hash
 * of its secret is kept. Is Valkey away, the reconciler lets it in.
 * @throws DomainError `invalid` for unknown and foreign pools alike, `forbidden`, `conflict` when two keys are live.
 */
export async function createWorkerKey(
  ctx: Ctx,
  input: { readonly pool: string; readonly key: IdempotencyKey | undefined },
): Promise<KeptAnswer<NewWorkerKeyDocument>> {
  const { keyId, key, secretHash } = newWorkerKey();
  const answer = await withEngine(ctx.engine, (tx, now) =>
    once(ctx, tx, now, input.key, async () => {
      const { pool, tenant } = await lockOperated(ctx, tx, input.pool);
      await refuseThird(tx, pool);
      const row = {
        key_id: keyId,
        pool,
        secret_hash: secretHash,
        created_at: now,
        created_by: ctx.caller.identity.actor,
        revoked_at: null,
        revoked_by: null,
      };
      await insertWorkerKey(tx, row);
      await recordAudit(ctx, tx, now, {
        action: "worker-key.create",
        targetKind: "worker-key",
        targetId: keyId,
        details: { pool },
      });
      return { status: 201, body: toWorkerKeyDocument({ ...row, tenant }) };
    }),
  );
  if (answer.isReplay) return answer;
  const user = { keyId, secretSha256: secretHash, queue: answer.body.pool };
  await afterCommit(ctx, "letting a worker key into Valkey", () => ctx.workerUsers.letIn(user), {
    key: keyId,
  });
  return { ...answer, body: { ...answer.body, key } };
}

async function lockOperated(ctx: Ctx, tx: EngineTx, name: string): Promise<PoolRow> {
  const pool = await lockPool(tx, name);
  if (pool === undefined || !canSeePool(ctx.caller.identity, pool)) {
    throw invalidField("pool", "there is no such pool");
  }
  if (canOperatePool(ctx.caller.identity, pool)) return pool;
  throw new DomainError(
    "forbidden",
    "This pool is shared by all tenants: it needs the scope platform.admin.",
  );
}

async function refuseThird(tx: EngineTx, pool: string): Promise<void> {
  const live = await listLiveKeys(tx, pool);
  if (live.length < liveKeysOfPool) return;
  const ids = live.map((row) => row.key_id).join(" and ");
  throw new DomainError("conflict", `The pool has two live keys, ${ids}. Revoke the one that is not used.`);
}
