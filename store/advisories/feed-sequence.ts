import type { TenantTx } from "../tenant.ts";

/** The largest sequence that was given to an advisory record: every record up to it can be seen, for ever. */
export async function readFeedSequence(tx: TenantTx): Promise<number> {
  const row = await tx.selectFrom("scheduler.feed_sequence").select("seq").executeTakeFirstOrThrow();
  return row.seq;
}

/**
 * As `readFeedSequence`, and nobody else gives out numbers until the transaction ends. Numbers are thereby
 * committed in their order.
 */
export async function lockFeedSequence(tx: TenantTx): Promise<number> {
  const row = await tx
    .selectFrom("scheduler.feed_sequence")
    .select("seq")
    .forUpdate()
    .executeTakeFirstOrThrow();
  return row.seq;
}

/** Moves the sequence to the last number given out under `lockFeedSequence`. */
export async function moveFeedSequence(tx: TenantTx, seq: number): Promise<void> {
  await tx.updateTable("scheduler.feed_sequence").set({ seq }).where("seq", "<", seq).execute();
}
