import { z } from "zod";
import { tenantId } from "../../model/identity/tenant.ts";
import { hasScope } from "../../model/identity/identity.ts";
import type { TenantShare } from "../../platform/valkey/job-queue.ts";
import { listQueuePauses } from "../../store/queue-settings.ts";
import { withEngine } from "../../store/tenant.ts";
import type { PoolRow } from "../../store/pools.ts";
import { atPool, type Ctx } from "../context.ts";
import { listVisiblePools } from "../pools/find.ts";
import { lagOf, queueLagOf } from "./lag.ts";
import { pauseDocument, type PauseDocument, toPauseDocument } from "./settings/pause.ts";

const jobs = z.int();

const tenantShare = z.object({
  tenantId,
  ready: jobs,
  leased: jobs.meta({ description: "Jobs in the hands of workers, of all classes and kinds." }),
  weight: z.int(),
  maxLeased: z.int().nullable(),
  aheadMs: z.int().meta({
    description:
      "Worker-time over weight, in milliseconds, by which it is ahead of the tenant that is served now.",
  }),
  isBlocked: z.boolean().meta({ description: "Paused, or at its cap." }),
});

/** A queue as operators see it. */
export const queueDocument = z.object({
  ...lagOf.omit({ classes: true }).shape,
  tenantId: tenantId.optional().meta({ description: "Whose jobs it takes; absent: everybody's." }),
  classes: z.array(
    z.object({
      ...lagOf.shape.classes.element.shape,
      tenants: z.array(tenantShare).meta({
        description: "The longest waiting first, 100 at most; without `platform.admin` only one's own.",
      }),
    }),
  ),
  pauses: z.array(pauseDocument),
});

export const queueList = z.object({ items: z.array(queueDocument) });

const tenantsShown = 100;
/** Among which one's own tenant is looked for. */
const tenantsAsked = 1_000;

/** The queues with their tenants and pauses, as far as they concern the caller. @throws DomainError `unavailable` */
export async function showQueues(ctx: Ctx): Promise<z.infer<typeof queueList>> {
  const pools = await listVisiblePools(ctx);
  return { items: await Promise.all(pools.map((pool) => showQueue(ctx, pool))) };
}

async function showQueue(ctx: Ctx, { pool, tenant: owner }: PoolRow): Promise<z.infer<typeof queueDocument>> {
  const { identity } = ctx.caller;
  const { queue } = atPool(ctx, pool);
  const isOperator = hasScope(identity, "platform.admin");
  const { classes, ...lag } = queueLagOf(pool, await queue.stats());
  const shown = await Promise.all(
    classes.map(async (one) => {
      const shares = await queue.tenants(one.class, one.kind, isOperator ? tenantsShown : tenantsAsked);
      const visible = shares.filter(({ tenant }) => isOperator || tenant === identity.tenant);
      return { ...one, tenants: visible.map(toShare) };
    }),
  );
  const rows = await withEngine(ctx.engine, (tx) => listQueuePauses(tx, pool));
  const pauses = rows
    .flatMap((row): PauseDocument[] =>
      row.reason === null ? [] : [toPauseDocument({ ...row, reason: row.reason })],
    )
    .filter(({ subject }) => isOperator || subject.what !== "tenant" || subject.tenant === identity.tenant);
  return { ...lag, ...(owner !== null && { tenantId: owner }), classes: shown, pauses };
}

function toShare({ tenant, ...share }: TenantShare): z.infer<typeof tenantShare> {
  return { tenantId: tenant, ...share };
}
