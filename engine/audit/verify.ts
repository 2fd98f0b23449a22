import { readChain, readChainEnd } from "../../store/audit-chain.ts";
import { type TenantTx, withEngine, withTenant } from "../../store/tenant.ts";
import type { Ctx, Engine } from "../context.ts";
import { type ChainVerdict, verifyChain } from "./verify-chain.ts";

/** Entries that are read and held at a time. */
const batchEntries = 1_000;

/** Verifies the chain of the caller's tenant. */
export async function verifyAudit(ctx: Pick<Ctx, "app" | "caller">): Promise<ChainVerdict> {
  const { tenant } = ctx.caller.identity;
  return verifyWith(tenant, (work) => withTenant(ctx.app, tenant, work));
}

/** Verifies the chain of any tenant, as the engine role. */
export async function verifyAuditOf(engine: Pick<Engine, "engine">, tenant: string): Promise<ChainVerdict> {
  return verifyWith(tenant, (work) => withEngine(engine.engine, work));
}

type Transact = <T>(work: (tx: TenantTx) => Promise<T>) => Promise<T>;

function verifyWith(tenant: string, transact: Transact): Promise<ChainVerdict> {
  return verifyChain({
    tenant,
    end: () => transact((tx) => readChainEnd(tx, tenant)),
    next: (afterSeq) => transact((tx) => readChain(tx, tenant, afterSeq, batchEntries)),
  });
}
