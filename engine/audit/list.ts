import { z } from "zod";
import { toTimestamp } from "../../model/time/timestamp.ts";
import { type AuditFilter, type AuditRow, listAudit as listRows } from "../../store/audit-chain.ts";
import { withTenant } from "../../store/tenant.ts";
import type { Ctx } from "../context.ts";

/** An entry of the audit as readers see it. */
export const auditDocument = z.object({
  seq: z.int().meta({ description: "Its place in the tenant's chain, from 1 without a gap.", example: 17 }),
  at: z.string().meta({ example: "2026-05-01T08:30:00.000Z" }),
  actor: z.string().meta({ example: "ann@example.com" }),
  action: z.string().meta({ description: "What was done, as `<what>.<verb>`.", example: "schedule.pause" }),
  targetKind: z.string().meta({ example: "schedule" }),
  targetId: z.string().meta({ example: "sch_0198c2f400007000800000000000abcd" }),
  details: z.record(z.string(), z.unknown()).meta({ description: "What changed." }),
  reason: z.string().optional().meta({ description: "Why, as the operator said." }),
  ticket: z.string().optional().meta({ example: "OPS-42" }),
  requestId: z.string().meta({ description: "The request that did it, as in the log." }),
  previousHash: z.string().meta({ description: "The hash of the entry before." }),
  hash: z.string().meta({ description: "SHA-256 over the hash before and this entry; see docs/audit.md." }),
});

export type AuditDocument = z.infer<typeof auditDocument>;

/** Entries of the tenant's audit that meet a filter, the newest first; `limit` is one more than the page has. */
export async function listAudit(
  ctx: Pick<Ctx, "app" | "caller">,
  input: { readonly filter: AuditFilter; readonly before: number | undefined; readonly limit: number },
): Promise<AuditDocument[]> {
  const { tenant } = ctx.caller.identity;
  const before = input.before ?? Number.MAX_SAFE_INTEGER;
  const rows = await withTenant(ctx.app, tenant, (tx) =>
    listRows(tx, tenant, input.filter, before, input.limit),
  );
  return rows.map(toDocument);
}

function toDocument(row: AuditRow): AuditDocument {
  return {
    seq: row.seq,
    at: toTimestamp(row.at.getTime()),
    actor: row.actor,
    action: row.action,
    targetKind: row.target_kind,
    targetId: row.target_id,
    details: row.details as Record<string, unknown>,
    ...(row.reason === null ? {} : { reason: row.reason }),
    ...(row.ticket === null ? {} : { ticket: row.ticket }),
    requestId: row.request_id,
    previousHash: row.previous_hash,
    hash: row.hash,
  };
}
