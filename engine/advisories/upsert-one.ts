import { z } from "zod";
import { recordAudit } from "../audit/record.ts";
import type { Ctx } from "../context.ts";
import { type IdempotencyKey, type KeptAnswer, once } from "../once.ts";
import { appendBatch } from "./append-batch.ts";
import { upsertStatus } from "./decide-upsert.ts";
import { checkMayWrite, type Feed, feedTenant, withFeed } from "./feed.ts";
import { readRecord } from "./read-record.ts";

export const upsertedAdvisory = z.object({
  id: z.string(),
  status: upsertStatus,
  feedSequence: z.int().meta({ description: "The feed sequence after the upsert." }),
});

export type UpsertedAdvisory = z.infer<typeof upsertedAdvisory>;

/**
 * Upserts one OSV record. 201 when its id is new to the feed, 200 otherwise.
 * @throws DomainError `invalid` that names the places, as in `affected[3].ranges[0].type`.
 */
export async function upsertAdvisory(
  ctx: Ctx,
  input: { readonly feed: Feed; readonly document: unknown; readonly key: IdempotencyKey | undefined },
): Promise<KeptAnswer<UpsertedAdvisory>> {
  checkMayWrite(ctx, input.feed);
  const record = readRecord(input.document);
  return withFeed(ctx, input.feed, (tx, now) =>
    once(ctx, tx, now, input.key, async () => {
      const decision = await appendBatch(tx, feedTenant(ctx, input.feed), now, [record]);
      const status = decision.statuses[0]!;
      if (decision.append.length > 0) {
        await recordAudit(ctx, tx, now, {
          action: "advisory.upsert",
          targetKind: "advisory",
          targetId: record.id,
          details: { feed: input.feed, status, seq: decision.lastSeq, digest: record.digest },
        });
      }
      return {
        status: status === "created" ? 201 : 200,
        body: { id: record.id, status, feedSequence: decision.lastSeq },
      };
    }),
  );
}
