import { sql } from "kysely";
import { canonicalJson } from "../model/canonical.ts";
import type { TenantTx } from "./tenant.ts";

/** A change of state by a person or service, as it goes into the chain. */
export interface AuditEntry {
  readonly at: Date;
  readonly actor: string;
  /** `<aggregate>.<verb>`, for example `schedule.pause`. */
  readonly action: string;
  readonly targetKind: string;
  readonly targetId: string;
  /** What changed; plain JSON, no secrets. */
  readonly details: Readonly<Record<string, unknown>>;
  readonly reason?: string | undefined;
  readonly ticket?: string | undefined;
  readonly requestId: string;
}

/** The hash before the first entry of a chain. */
export const genesisHash = "0".repeat(64);

/**
 * The bytes whose SHA-256, after the previous hash and a newline, is an entry's hash. Everything that the
 * row says is in it; whoever changes a row changes its hash and breaks the chain behind it.
 */
export function chainedText(tenant: string, seq: number, entry: AuditEntry): string {
  return canonicalJson({
    tenant,
    seq,
    at: entry.at.toISOString(),
    actor: entry.actor,
    action: entry.action,
    targetKind: entry.targetKind,
    targetId: entry.targetId,
    details: entry.details,
    reason: entry.reason ?? null,
    ticket: entry.ticket ?? null,
    requestId: entry.requestId,
  });
}

/**
 * Appends to the tenant's chain, in the transaction of the change itself. The chain's head is locked from
 * here to the commit: call it last, so that writers of one tenant wait for each other briefly.
 */
export async function appendAudit(tx: TenantTx, tenant: string, entry: AuditEntry): Promise<void> {
  await tx
    .insertInto("scheduler.audit_heads")
    .values({ tenant_id: tenant, seq: 0, hash: genesisHash })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const head = await tx
    .selectFrom("scheduler.audit_heads")
    .select(["seq", "hash"])
    .where("tenant_id", "=", tenant)
    .forUpdate()
    .executeTakeFirstOrThrow();
  const seq = head.seq + 1;
  const text = chainedText(tenant, seq, entry);
  await sql`
    with entry as (
      insert into scheduler.audit (tenant_id, seq, at, actor, action, target_kind, target_id, details,
                                   reason, ticket, request_id, previous_hash, hash)
      values (${tenant}, ${seq}, ${entry.at}, ${entry.actor}, ${entry.action}, ${entry.targetKind},
              ${entry.targetId}, ${JSON.stringify(entry.details)}, ${entry.reason ?? null},
              ${entry.ticket ?? null}, ${entry.requestId}, ${head.hash},
              encode(sha256(convert_to(${`${head.hash}\n${text}`}, 'UTF8')), 'hex'))
      returning seq, hash)
    update scheduler.audit_heads h set seq = entry.seq, hash = entry.hash from entry where h.tenant_id = ${tenant}
  `.execute(tx);
}
