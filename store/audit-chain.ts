import { type Selectable, sql } from "kysely";
import type { AuditTable } from "./tables.ts";
import type { TenantTx } from "./tenant.ts";

/** A stored entry of a chain. */
export type AuditRow = Selectable<AuditTable>;

/** Which entries are asked for. What is absent does not narrow; `from` is included, `to` is not. */
export interface AuditFilter {
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
  readonly targetKind?: string | undefined;
  readonly targetId?: string | undefined;
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
}

/** Entries with a sequence below `before`, the newest first. */
export async function listAudit(
  tx: TenantTx,
  tenant: string,
  filter: AuditFilter,
  before: number,
  limit: number,
): Promise<AuditRow[]> {
  const { actor, action, targetKind, targetId, from, to } = filter;
  let query = tx
    .selectFrom("scheduler.audit")
    .selectAll()
    .where("tenant_id", "=", tenant)
    .where("seq", "<", before);
  if (actor !== undefined) query = query.where("actor", "=", actor);
  if (action !== undefined) query = query.where("action", "=", action);
  if (targetKind !== undefined) query = query.where("target_kind", "=", targetKind);
  if (targetId !== undefined) query = query.where("target_id", "=", targetId);
  if (from !== undefined) query = query.where("at", ">=", from);
  if (to !== undefined) query = query.where("at", "<", to);
  return query.orderBy("seq", "desc").limit(limit).execute();
}

/** The next entries of a chain, in its order. */
export async function readChain(
  tx: TenantTx,
  tenant: string,
  afterSeq: number,
  limit: number,
): Promise<AuditRow[]> {
  return tx
    .selectFrom("scheduler.audit")
    .selectAll()
    .where("tenant_id", "=", tenant)
    .where("seq", ">", afterSeq)
    .orderBy("seq")
    .limit(limit)
    .execute();
}

/** What a chain says about its own end, and where its entries end; read at one instant. */
export interface ChainEnd {
  readonly head: { readonly seq: number; readonly hash: string } | undefined;
  /** 0 without entries. */
  readonly lastSeq: number;
}

export async function readChainEnd(tx: TenantTx, tenant: string): Promise<ChainEnd> {
  const { rows } = await sql<{ seq: number | null; hash: string | null; last_seq: number }>`
    select h.seq, h.hash, coalesce((select max(seq) from scheduler.audit where tenant_id = ${tenant}), 0) as last_seq
      from (values (1)) as one left join scheduler.audit_heads h on h.tenant_id = ${tenant}
  `.execute(tx);
  const row = rows[0];
  if (row === undefined) throw new Error("A select without a from clause gave no row.");
  const head = row.seq === null || row.hash === null ? undefined : { seq: row.seq, hash: row.hash };
  return { head, lastSeq: row.last_seq };
}

/** Every tenant that has a chain, or entries whose chain has lost its head; for the engine role. */
export async function listAuditedTenants(tx: TenantTx): Promise<string[]> {
  const { rows } = await sql<{ tenant_id: string }>`
    select tenant_id from scheduler.audit_heads union select tenant_id from scheduler.audit order by 1
  `.execute(tx);
  return rows.map((row) => row.tenant_id);
}
