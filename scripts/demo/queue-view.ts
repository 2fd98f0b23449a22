import { connectValkey } from "../../platform/valkey/connect.ts";
import { createQueue, queueKeyPrefix } from "../../platform/valkey/queue.ts";
import type { HeldJob, QueueStats } from "../../platform/valkey/job-queue.ts";

/** A look into the queue, from beside. */
export interface QueueView {
  stats(): Promise<QueueStats>;
  /** The jobs that are in the hands of workers. */
  leased(): Promise<HeldJob[]>;
  close(): Promise<void>;
}

const queueName = "default";

/** Looks into the queue of a stack; changes nothing. */
export async function openQueueView(valkeyUrl: string): Promise<QueueView> {
  const valkey = await connectValkey({ url: valkeyUrl, name: "demo" });
  const epoch = await valkey.get(`${queueKeyPrefix(queueName)}epoch`);
  const queue = createQueue({ valkey, queue: queueName, ...(epoch === null ? {} : { epoch }) });
  return {
    stats: () => queue.stats(),
    async leased() {
      const held: HeldJob[] = [];
      for (let cursor: string | null = null, isFirst = true; isFirst || cursor !== null; isFirst = false) {
        const page = await queue.list(cursor, 500);
        held.push(...page.items.filter(({ state }) => state === "leased"));
        cursor = page.cursor;
      }
      return held;
    },
    async close() {
      await queue.end();
      await valkey.quit();
    },
  };
}
