import { z } from "zod";
import { concurrencyKey } from "../../model/queue/job-message.ts";
import type { KeyState } from "../../platform/valkey/job-queue.ts";
import { atPool, type Ctx } from "../context.ts";
import { checkMayOperate } from "./settings/may-operate.ts";

const jobs = z.int();

/** A concurrency key as operators see it. */
export const keyDocument = z.object({
  key: concurrencyKey,
  ready: jobs.meta({ description: "Jobs that wait, of all tenants, classes and kinds." }),
  leased: jobs.meta({ description: "Jobs in the hands of workers." }),
  maxLeased: z.int().nullable(),
  perSecond: z.number().nullable(),
  burst: z.int().optional().meta({ description: "Absent without a rate." }),
  tokens: z
    .number()
    .optional()
    .meta({ description: "Jobs that its rate would let go now; absent without one." }),
  closedForMs: z
    .int()
    .optional()
    .meta({ description: "Nothing of it is given for so long; absent while it is open." }),
  closedBy: z.string().optional().meta({ description: "The job whose outcome `rate_limited` closed it." }),
});

export type KeyDocument = z.infer<typeof keyDocument>;

export interface ListKeys {
  readonly queue: string;
  /** The key after which the page begins. */
  readonly after: string | undefined;
  readonly count: number;
}

/**
 * The keys of a queue that have jobs, limits or a closure, in the order of their names.
 * @throws DomainError `forbidden`, `not_found`, `unavailable`
 */
export async function listKeys(ctx: Ctx, { queue, after, count }: ListKeys): Promise<KeyDocument[]> {
  await checkMayOperate(ctx, queue);
  const { items } = await atPool(ctx, queue).queue.keys(after ?? null, count);
  return items.map(toDocument);
}

function toDocument(state: KeyState): KeyDocument {
  const { key, ready, leased, maxLeased, perSecond, burst, tokens, closedMs, closedBy } = state;
  return {
    key,
    ready,
    leased,
    maxLeased,
    perSecond,
    ...(tokens !== null && { burst, tokens }),
    ...(closedMs !== null && { closedForMs: closedMs }),
    ...(closedBy !== null && { closedBy }),
  };
}
