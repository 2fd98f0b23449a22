import { notFound } from "../../model/errors.ts";
import { hasScope } from "../../model/identity/identity.ts";
import { canOperatePool } from "../../model/pools/pool.ts";
import { withEngine } from "../../store/tenant.ts";
import { findKey, listKeys as listRows, type OwnedWorkerKeyRow } from "../../store/worker-keys.ts";
import type { Ctx } from "../context.ts";
import { toWorkerKeyDocument, type WorkerKeyDocument } from "./documents.ts";

/** The keys of the pools that the caller operates, by id, revoked ones included. */
export async function listWorkerKeys(
  ctx: Ctx,
  {
    pool,
    after,
    limit,
  }: { readonly pool: string | undefined; readonly after: string; readonly limit: number },
): Promise<OwnedWorkerKeyRow[]> {
  const { identity } = ctx.caller;
  const tenant = hasScope(identity, "platform.admin") ? undefined : identity.tenant;
  return withEngine(ctx.engine, (tx) => listRows(tx, { tenant, pool, afterKeyId: after }, limit));
}

/** One of them. @throws DomainError `not_found` */
export async function getWorkerKey(ctx: Ctx, id: string): Promise<WorkerKeyDocument> {
  const row = await withEngine(ctx.engine, (tx) => findKey(tx, id));
  if (row === undefined || !canOperatePool(ctx.caller.identity, row)) throw notFound("worker key", id);
  return toWorkerKeyDocument(row);
}
