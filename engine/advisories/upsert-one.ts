import { recordAudit } from "../audit/record.ts";
import type { Ctx } from "../context.ts";
import { type IdempotencyKey, type KeptAnswer, once } from "../once.ts";
import { appendBatch } from "./append-batch.ts";
import type { UpsertStatus } from "./decide-upsert.ts";
import { checkMayWrite, type Feed, feedTenant, withFeed } from "./feed.ts";
import { readRecord } from "./read-record.ts";

export interface UpsertedAdvisory {
  readonly id: string;
  readonly status: UpsertStatus;
  /** The feed sequence after the upsert. */
  readonly feedSequence: number;
}

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
