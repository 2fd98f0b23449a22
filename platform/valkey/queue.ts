import type { Redis } from "ioredis";
import type { JobMessage } from "../../model/queue/job-message.ts";
import { queueSettings } from "../../model/queue/settings.ts";
import { connectForBlocking } from "./connect.ts";
import { toValkeyFailure, WrongEpochError } from "./errors.ts";
import { installFunctions } from "./functions.ts";
import { inPieces, type Pieces } from "./in-pieces.ts";
import type {
  BumpVerdict,
  CancelAnswer,
  EnqueueVerdict,
  JobQueue,
  KnownState,
  OpenJob,
  SeenWorker,
} from "./job-queue.ts";
import { readNew, takeOver } from "./result-reader.ts";
import {
  type AttemptReply,
  type HeldReply,
  type KeyReply,
  type SituationReply,
  type StatsReply,
  type TenantReply,
  type WorkerReply,
  toAttempt,
  toHeldJob,
  toKeyState,
  toOpenJob,
  toSeenWorker,
  toSituation,
  toStats,
  toTenantShare,
} from "./replies.ts";
import { readRunId } from "./server.ts";

const itemsPerCall = 500;
const pieces: Pieces = { size: itemsPerCall };
/** Two calls of 250 jobs, 10 arguments each, hold the server up as long as one of 500, and leave it no pause between. */
const enqueuePieces: Pieces = { size: 250, inFlight: 2 };

/** Stands for an epoch where a function takes any. */
const noEpoch = "none";

export interface QueueOptions {
  /** For commands; stays the caller's. Blocking reads open a second connection beside it. */
  readonly valkey: Redis;
  /** Letters, digits, `-` and `_`. */
  readonly queue: string;
  /** The current epoch where it is known already; otherwise `open` or `setEpoch` tell. */
  readonly epoch?: string;
  /** Troubles of the blocking connection, for the log. */
  readonly onError?: (error: Error) => void;
}

/** The start of every key of a queue; in a cluster it keeps them in one slot. */
export function queueKeyPrefix(queue: string): string {
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(queue)) throw new TypeError(`Not a queue name: ${JSON.stringify(queue)}`);
  return `{je:${queue}}:`;
}

/** The server side of one queue over its Lua functions. Opens nothing by itself. */
export function createQueue(options: QueueOptions): JobQueue {
  const { valkey, queue } = options;
  const keyPrefix = queueKeyPrefix(queue);
  const stream = `${keyPrefix}results`;
  const onError = options.onError ?? (() => {});
  let epoch = options.epoch;
  let reader: Promise<Redis> | undefined;

  /** One function call; the reply's shape is the protocol's promise. */
  async function invoke<Reply>(name: string, args: readonly (string | number)[]): Promise<Reply> {
    if (epoch === undefined) throw new WrongEpochError("The queue has no epoch yet.");
    return await invokeIn<Reply>(epoch, name, args);
  }

  async function invokeIn<Reply>(
    under: string,
    name: string,
    args: readonly (string | number)[],
  ): Promise<Reply> {
    return await guarded(async () => (await valkey.fcall(name, 1, keyPrefix, under, ...args)) as Reply);
  }

  async function blockingReader(): Promise<Redis> {
    reader ??= connectForBlocking(valkey, onError).catch((error: unknown) => {
      reader = undefined;
      throw error;
    });
    return await reader;
  }

  return {
    queue,
    keyPrefix,
    get epoch() {
      return epoch;
    },
    setEpoch(next) {
      epoch = next;
    },
    another: () => createQueue({ valkey, queue, onError }),

    enqueue: async (messages) =>
      await inPieces(messages, enqueuePieces, async (piece) =>
        invoke<EnqueueVerdict[]>("je_enqueue", piece.flatMap(enqueueArguments)),
      ),

    async cancelRun(run) {
      const parts: CancelAnswer[] = [];
      let cursor = "";
      do {
        const [next, removed, flagged] = await invoke<CancelReply>("je_cancel", ["run", run, cursor]);
        parts.push({ removed: removed.map(toAttempt), flagged: flagged.map(toAttempt) });
        cursor = next;
      } while (cursor !== "");
      return joined(parts);
    },

    async cancelJobs(jobs) {
      const parts = await inPieces(jobs, pieces, async (piece) => {
        const [, removed, flagged] = await invoke<CancelReply>("je_cancel", ["job", ...piece]);
        return [{ removed: removed.map(toAttempt), flagged: flagged.map(toAttempt) }];
      });
      return joined(parts);
    },

    bump: async (class_, jobs) =>
      await inPieces(jobs, pieces, async (piece) => invoke<BumpVerdict[]>("je_bump", [class_, ...piece])),

    async tick() {
      const [nextDueMs, promoted, expired, woken] = await invoke<[number, number, number, number]>(
        "je_tick",
        [],
      );
      return { nextDueMs, promoted, expired, woken };
    },

    stats: async () => toStats(await invoke<StatsReply>("je_stats", [])),

    readResults: async (read) =>
      await guarded(async () => readNew(read.blockMs > 0 ? await blockingReader() : valkey, stream, read)),

    reclaimResults: async (claim) => await guarded(async () => takeOver(valkey, stream, claim)),

    async acknowledge(entries) {
      // Attempt 0 leaves the job's record alone: a stale entry must not forget one that still counts.
      await inPieces(entries, pieces, async (piece) => [
        await invoke<number>(
          "je_ack",
          piece.flatMap((entry) => [entry.streamId, entry.job, entry.stale ? 0 : entry.attempt]),
        ),
      ]);
    },

    known: async (attempts) =>
      await inPieces(attempts, pieces, async (piece) =>
        invoke<KnownState[]>(
          "je_known",
          piece.flatMap(({ job, attempt }) => [job, attempt]),
        ),
      ),

    async list(cursor, count) {
      const [next, held] = await invoke<[string, HeldReply[]]>("je_list", [cursor ?? "0", count]);
      return { items: held.map(toHeldJob), cursor: next === "0" ? null : next };
    },

    async listRun(run, cursor, count) {
      const [next, held] = await invoke<[string, HeldReply[]]>("je_run", [run, cursor ?? "", count]);
      return { items: held.map(toOpenJob), cursor: next === "" ? null : next };
    },

    async drop(attempts) {
      const dropped = await inPieces(attempts, pieces, async (piece) => [
        await invoke<number>(
          "je_drop",
          piece.flatMap(({ job, attempt }) => [job, attempt]),
        ),
      ]);
      return dropped.reduce((sum, count) => sum + count, 0);
    },

    async workers() {
      const found = new Map<string, SeenWorker>();
      let leaseMs: number;
      let cursor = "0";
      do {
        const page = await invoke<[string, number, WorkerReply[]]>("je_workers", [cursor, itemsPerCall]);
        for (const reply of page[2]) found.set(reply[0], toSeenWorker(reply));
        [cursor, leaseMs] = page;
      } while (cursor !== "0");
      return { leaseMs, workers: [...found.values()] };
    },

    async handsOf(worker) {
      const found = new Map<string, OpenJob>();
      let cursor = "0";
      do {
        const page = await invoke<[string, HeldReply[]]>("je_hands", [worker, cursor, itemsPerCall]);
        for (const reply of page[1]) found.set(reply[0], toOpenJob(reply));
        [cursor] = page;
      } while (cursor !== "0");
      return [...found.values()];
    },

    async setDraining(workers, isDraining) {
      await inPieces(workers, pieces, async (piece) => [
        await invoke<number>("je_drain", [isDraining ? 1 : 0, ...piece]),
      ]);
    },

    async limitTenants(limits) {
      await guarded(async () => installFunctions(valkey));
      await inPieces(limits, pieces, async (piece) => [
        await invokeIn<number>(
          epoch ?? noEpoch,
          "je_limit",
          piece.flatMap(({ tenant, weight, maxLeased }) => [tenant, weight, maxLeased ?? 0]),
        ),
      ]);
    },

    async limitKeys(limits) {
      await guarded(async () => installFunctions(valkey));
      await inPieces(limits, pieces, async (piece) => [
        await invokeIn<number>(
          epoch ?? noEpoch,
          "je_limit_key",
          piece.flatMap(({ key, maxLeased, perSecond, burst }) => [
            key,
            maxLeased ?? 0,
            perSecond ?? 0,
            burst,
          ]),
        ),
      ]);
    },

    async reopenKeys(keys) {
      await guarded(async () => installFunctions(valkey));
      await inPieces(keys, pieces, async (piece) => [
        await invokeIn<number>(epoch ?? noEpoch, "je_reopen", piece),
      ]);
    },

    async keys(cursor, count) {
      const [next, rows] = await invoke<[string, KeyReply[]]>("je_keys", [cursor ?? "", count]);
      return { items: rows.map(toKeyState), cursor: next === "" ? null : next };
    },

    async setPauses(pauses) {
      await guarded(async () => installFunctions(valkey));
      await inPieces(pauses, pieces, async (piece) => [
        await invokeIn<number>(
          epoch ?? noEpoch,
          "je_pause",
          piece.flatMap(({ what, reason }) => [what, reason ?? ""]),
        ),
      ]);
    },

    tenants: async (class_, kind, count) =>
      (await invoke<TenantReply[]>("je_tenants", [class_, kind, count])).map(toTenantShare),

    async why(job) {
      const reply = await invoke<SituationReply | []>("je_why", [job]);
      return reply.length === 0 ? undefined : toSituation(reply);
    },

    async open(next, settings) {
      const fields = Object.entries(queueSettings.parse(settings ?? {})).flat();
      await guarded(async () => installFunctions(valkey));
      const [, opened] = await invokeIn<[number, number]>(next, "je_open", fields);
      epoch = next;
      return { wasClosed: opened === 1 };
    },

    async close(current, close = {}) {
      await guarded(async () => installFunctions(valkey));
      const was = await invokeIn<string>(current, "je_close", [close.force === true ? 1 : 0]);
      epoch = current;
      return was === "" ? null : was;
    },

    runId: async () => await readRunId(valkey),

    async end() {
      const open = await reader?.catch(() => undefined);
      reader = undefined;
      open?.disconnect();
    },
  };
}

function enqueueArguments(message: JobMessage): (string | number)[] {
  const { job, attempt, kind, class: class_, tenant, run, wallClockMs, delayMs = 0, payload } = message;
  const key = message.concurrencyKey ?? "";
  return [job, attempt, kind, class_, tenant, run, wallClockMs, delayMs, key, payload];
}

type CancelReply = [cursor: string, removed: AttemptReply[], flagged: AttemptReply[]];

function joined(parts: readonly CancelAnswer[]): CancelAnswer {
  return { removed: parts.flatMap((part) => part.removed), flagged: parts.flatMap((part) => part.flagged) };
}

async function guarded<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw toValkeyFailure(error);
  }
}
