import { DomainError, invalidField } from "../model/errors.ts";
import { sql } from "kysely";
import type { TenantTx } from "../store/tenant.ts";
import type { Ctx } from "./context.ts";

/** An idempotency key as a request brought it: `bodyHash` is over the canonical body. */
export interface IdempotencyKey {
  readonly route: string;
  readonly key: string;
  readonly bodyHash: string;
}

/** What a keyed request answers, the first time and every time after. */
export interface KeptAnswer<Body> {
  readonly status: number;
  readonly body: Body;
  readonly isReplay: boolean;
}

/**
 * Runs `effect` once for a key (tenant, route, key), in the effect's own transaction, so that a crash
 * leaves both or neither. The same key with the same body answers what the first call answered; with
 * another body it is `invalid`. While the first call is in flight a second one is a `conflict`. Without a
 * key the effect simply runs. Keys are kept for 24 hours.
 */
export async function once<Body>(
  ctx: Ctx,
  tx: TenantTx,
  now: Date,
  key: IdempotencyKey | undefined,
  effect: () => Promise<{ status: number; body: Body }>,
): Promise<KeptAnswer<Body>> {
  if (key === undefined) return { ...(await effect()), isReplay: false };
  const tenant = ctx.caller.identity.tenant;
  // The lock lives as long as the transaction: who cannot have it meets a call in flight.
  const lock = await sql<{ free: boolean }>`
    select pg_try_advisory_xact_lock(hashtextextended(${`${tenant}\n${key.route}\n${key.key}`}, 0)) as free
  `.execute(tx);
  if (lock.rows[0]?.free !== true) {
    throw new DomainError(
      "conflict",
      "A request with this Idempotency-Key is in flight. Try again in a moment.",
      {
        retryAfterSeconds: 1,
      },
    );
  }
  const kept = await tx
    .selectFrom("scheduler.idempotency_keys")
    .select(["body_hash", "status", "body"])
    .where("tenant_id", "=", tenant)
    .where("route", "=", key.route)
    .where("key", "=", key.key)
    .executeTakeFirst();
  if (kept !== undefined) {
    if (kept.body_hash !== key.bodyHash) {
      throw invalidField("idempotency-key", "was used with another body in the last 24 hours; use a new key");
    }
    return { status: kept.status, body: kept.body as Body, isReplay: true };
  }
  const answer = await effect();
  await tx
    .insertInto("scheduler.idempotency_keys")
    .values({
      tenant_id: tenant,
      route: key.route,
      key: key.key,
      body_hash: key.bodyHash,
      status: answer.status,
      body: JSON.stringify(answer.body),
      created_at: now,
    })
    .execute();
  return { ...answer, isReplay: false };
}
