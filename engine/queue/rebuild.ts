import { sql } from "kysely";
import { listQueuedBefore, raiseAttempts } from "../../store/jobs/reconcile.ts";
import { getQueue, putQueue, type QueueRow } from "../../store/queues.ts";
import { type EngineTx, withEngine } from "../../store/tenant.ts";
import type { PoolEngine } from "../context.ts";
import { ingestEach } from "../results/ingest-stream.ts";
import { toMessage } from "../runs/dispatch.ts";
import { applyQueueSettings } from "./settings/apply.ts";

const page = 1_000;

/** What the queue is told when it opens; durations in milliseconds. */
export interface OpenSettings {
  readonly leaseMs: number;
  readonly beatMs: number;
  /** Claims stop while so many results wait. */
  readonly highWater?: number;
}

/** Lets pool keys in again after the server lost its users. */
export type RestoreUsers = () => Promise<void>;

/**
 * Makes the queue what PostgreSQL says, if it is not: the first time, after FLUSHALL, after a restart of
 * the server, after an older image was restored. Claims stop, what the stream still holds is ingested, the
 * attempts of the jobs that remain open are raised, and they are sent again under a new epoch. One process
 * does it, the others wait and find it done. Dying half way is harmless: the next one starts over.
 * Answers whether a rebuild was needed.
 */
export async function ensureQueue(
  engine: PoolEngine,
  settings: OpenSettings,
  restoreUsers: RestoreUsers,
): Promise<{ rebuilt: boolean; jobs: number }> {
  return whileLocked(engine, async (lockTx) => {
    const serverRun = await engine.queue.runId();
    const known = await getQueue(lockTx, engine.pool);
    const loss = await lossOf(engine, known, serverRun);
    if (known !== undefined && loss === undefined) return { rebuilt: false, jobs: 0 };
    const startedMs = performance.now();
    const jobs = await rebuild(engine, settings, restoreUsers, serverRun);
    if (loss !== undefined) {
      const tookMs = Math.round(performance.now() - startedMs);
      engine.metrics.queueRebuilds.inc({ cause: loss });
      engine.log.warn({ cause: loss, jobs, tookMs }, "The queue was lost and built anew from PostgreSQL.");
    }
    return { rebuilt: true, jobs };
  });
}

/** How often the holder of the lock says that it lives; after six silences PostgreSQL gives the lock away. */
const pulseMs = 5_000;

/**
 * Runs `work` in one process at a time. Whoever waits may wait for as long as a rebuild takes. A holder that was
 * frozen or cut off loses the lock; should it go on, its `open` only makes the others look once more.
 */
async function whileLocked<T>(engine: PoolEngine, work: (lockTx: EngineTx) => Promise<T>): Promise<T> {
  return withEngine(engine.engine, async (lockTx) => {
    await sql`set local lock_timeout = 0`.execute(lockTx);
    await sql`set local statement_timeout = 0`.execute(lockTx);
    await sql`set local idle_in_transaction_session_timeout = ${sql.lit(6 * pulseMs)}`.execute(lockTx);
    await sql`select pg_advisory_xact_lock(hashtextextended(${`queue ${engine.pool}`}, 0))`.execute(lockTx);
    const pulse = setInterval(() => void sql`select 1`.execute(lockTx).catch(() => undefined), pulseMs);
    try {
      return await work(lockTx);
    } finally {
      clearInterval(pulse);
    }
  });
}

/** `restart`: another server process, empty or with an older image. `epoch`: the keys are gone, or another's. */
type Loss = "restart" | "epoch";

/** How the queue that PostgreSQL knows was lost; undefined when it is there, or was never opened. */
async function lossOf(
  engine: PoolEngine,
  known: QueueRow | undefined,
  serverRun: string,
): Promise<Loss | undefined> {
  if (known === undefined) return undefined;
  if (known.valkey_run_id !== serverRun) return "restart";
  return (await isOpen(engine, known.epoch)) ? undefined : "epoch";
}

async function isOpen(engine: PoolEngine, epoch: string): Promise<boolean> {
  engine.queue.setEpoch(epoch);
  try {
    await engine.queue.stats();
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === "WrongEpochError") return false;
    throw error;
  }
}

async function rebuild(
  engine: PoolEngine,
  settings: OpenSettings,
  restoreUsers: RestoreUsers,
  serverRun: string,
): Promise<number> {
  const epoch = engine.newId("epoch");
  await engine.queue.close(epoch, { force: true });
  await ingestRemains(engine);
  await withEngine(engine.engine, (tx, now) => raiseAttempts(tx, now, engine.pool));
  await restoreUsers();
  await applyQueueSettings(engine);
  await engine.queue.open(epoch, settings);

  let sent = 0;
  for (let afterJobId = ""; ;) {
    const cursor = afterJobId;
    const jobs = await withEngine(engine.engine, (tx, now) =>
      listQueuedBefore(tx, now, { pool: engine.pool, before: now, afterJobId: cursor }, page),
    );
    const last = jobs.at(-1);
    if (last === undefined) break;
    // A cancelled run's jobs stay behind: the reconciler closes them.
    const live = jobs.filter((job) => !job.is_cancelled);
    await engine.queue.enqueue(live.map(toMessage));
    sent += live.length;
    afterJobId = last.job_id;
  }
  await withEngine(engine.engine, (tx, now) =>
    putQueue(tx, { queue: engine.pool, epoch, valkey_run_id: serverRun, opened_at: now }),
  );
  return sent;
}

/**
 * Results that workers gave before the loss still count, as long as the stream holds them. What cannot be taken in
 * stays there and must not keep the queue closed: its job runs again.
 */
async function ingestRemains(engine: PoolEngine): Promise<void> {
  const consumer = "rebuild";
  for (;;) {
    const fresh = await engine.queue.readResults({ consumer, count: 100, blockMs: 0 });
    const entries =
      fresh.length > 0 ? fresh : await engine.queue.reclaimResults({ consumer, count: 100, minIdleMs: 0 });
    if (entries.length === 0) return;
    const { accepted, late, ghosts } = await ingestEach(engine, entries);
    if (fresh.length === 0 && accepted + late + ghosts === 0) return;
  }
}
