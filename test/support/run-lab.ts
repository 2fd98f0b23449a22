import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { Ctx, PoolEngine } from "../../engine/context.ts";
import { upsertAdvisory } from "../../engine/advisories/upsert-one.ts";
import { uploadSbom } from "../../engine/inventory/upload-sbom.ts";
import { upsertImage } from "../../engine/inventory/upsert-image.ts";
import { ingestBatch } from "../../engine/results/ingest.ts";
import { closeRun } from "../../engine/runs/close.ts";
import { dispatchRun } from "../../engine/runs/dispatch.ts";
import { planRun } from "../../engine/runs/plan.ts";
import { readAdvisories, readAdvisoryIndex, readInputs, readSboms } from "../../engine/work/inputs.ts";
import { advisoryFactsSchema } from "../../model/advisories/facts.ts";
import { defaultRetryBudgets } from "../../model/jobs/decide-retry.ts";
import { imageUpsert } from "../../model/images/image.ts";
import { defaultPool } from "../../model/pools/pool.ts";
import { runRequest } from "../../model/runs/run-request.ts";
import { createSeedFsBlobStore } from "../../platform/blobs/seed-fs.ts";
import { newId } from "../../platform/ids.ts";
import { createMetrics } from "../../platform/metrics/registry.ts";
import { createSchedulerMetrics } from "../../platform/metrics/scheduler.ts";
import { createLog } from "../../platform/log/log.ts";
import type { JobQueue } from "../../platform/valkey/job-queue.ts";
import type { RawJob, RawWorker } from "../../platform/valkey/testing/raw-worker.ts";
import { createWorkerUsers } from "../../platform/valkey/worker-users.ts";
import { openTestQueue, type TestQueue } from "../../platform/valkey/testing/test-queue.ts";
import { type InputSource } from "../../scanner/inputs.ts";
import { createScanCaches, scanSegment } from "../../scanner/scan-segment.ts";
import { insertRuns } from "../../store/runs/insert.ts";
import { getRun, type RunRow } from "../../store/runs/rows.ts";
import { withTenant } from "../../store/tenant.ts";
import { createTestDatabase, type TestDatabase } from "./database.ts";

/** Runs without Temporal: its steps are called by hand, on a real database, queue and blob store. */
export interface RunLab {
  readonly test: TestDatabase;
  readonly queue: TestQueue;
  readonly engine: PoolEngine;
  /** Signals that verbs sent to workflows, oldest first. */
  readonly signals: { workflowId: string; signal: string }[];
  ctx(tenant?: string): Ctx;
  addImage(name: string, purls: readonly string[] | null, tenant?: string): Promise<string>;
  addAdvisory(id: string, affected: object[], more?: object): Promise<void>;
  /** Inserts a run in planning and gives its key. */
  createRun(
    request?: object,
    more?: { mode?: string; tenant?: string },
  ): Promise<{ tenant: string; runId: string; pool: string }>;
  planAndDispatch(key: { tenant: string; runId: string; pool?: string }): Promise<RunRow>;
  /** Does one claimed job as the bundled scanner would, as a worker of a pool; answers the outcome. */
  scan(job: RawJob, pool?: string): Promise<{ status: "succeeded"; result: unknown }>;
  /** Claims and settles until nothing is ready. */
  workAll(worker?: RawWorker): Promise<number>;
  /** Ingests until the stream is empty. */
  ingestAll(by?: PoolEngine): Promise<void>;
  run(key: { tenant: string; runId: string }): Promise<RunRow>;
  /** Plan, dispatch, work, ingest, close. */
  complete(key: { tenant: string; runId: string }): Promise<RunRow>;
  close(): Promise<void>;
}

export async function createRunLab(): Promise<RunLab> {
  const test = await createTestDatabase();
  const queue = await openTestQueue();
  const dir = await mkdtemp(path.join(os.tmpdir(), "je-lab-"));
  const signals: { workflowId: string; signal: string }[] = [];
  const workerUsers = createWorkerUsers(queue.valkey);
  // The test server is shared: every pool of the lab has the one queue of the test.
  const engine: PoolEngine = {
    app: test.app,
    engine: test.engine,
    pool: defaultPool,
    queue: queue.queue,
    queues: { of: () => queue.queue },
    workerUsers: {
      ...workerUsers,
      letIn: (user) => workerUsers.letIn({ ...user, queue: queue.queue.queue }),
    },
    blobs: await createSeedFsBlobStore(dir),
    workflows: {
      start: async () => true,
      signal: async (workflowId, signal) => {
        signals.push({ workflowId, signal });
        return true;
      },
      signalWithStart: async () => undefined,
    },
    log: createLog({ service: "lab", level: "silent" }),
    metrics: createSchedulerMetrics(createMetrics("lab", { processMetrics: false })),
    newId,
    wallClockMs: 60_000,
    jobsHighWater: 100_000,
    segmentImages: 200,
    retryBudgets: defaultRetryBudgets,
    random: () => 0,
  };
  const worker = { keyId: "0".repeat(16), pool: defaultPool };
  const caches = createScanCaches();

  const lab: RunLab = {
    test,
    queue,
    engine,
    signals,
    ctx: (tenant = "acme") => ({
      ...engine,
      caller: {
        identity: { tenant, actor: "ann", scopes: ["scheduler.inventory.write", "platform.admin"] },
        requestId: "test",
        note: {},
      },
    }),
    async addImage(name, purls, tenant = "acme") {
      const digest = digestOf(name);
      const image = imageUpsert.parse({ digest, repository: name.split(":")[0], tags: ["latest"] });
      await upsertImage(lab.ctx(tenant), { image, key: undefined });
      if (purls === null) return digest;
      const components = purls.map((purl, at) => ({ type: "library", name: `c${at}`, purl }));
      const bytes = Buffer.from(JSON.stringify({ bomFormat: "CycloneDX", specVersion: "1.5", components }));
      await uploadSbom(lab.ctx(tenant), { imageDigest: digest, source: once(bytes) });
      return digest;
    },
    async addAdvisory(id, affected, more = {}) {
      const document = { id, modified: new Date().toISOString(), affected, ...more };
      await upsertAdvisory(lab.ctx(), { feed: "shared", document, key: undefined });
    },
    async createRun(
      request = { selection: { scope: "all" } },
      { mode = "analysis-only", tenant = "acme" } = {},
    ) {
      const runId = newId("run");
      await withTenant(engine.app, tenant, (tx, now) =>
        insertRuns(tx, now, [
          {
            tenant,
            runId,
            scheduleId: null,
            scheduleRevision: null,
            trigger: "manual",
            mode,
            class: "interactive",
            pool: defaultPool,
            request: runRequest.parse(request),
            reason: { text: "" },
            retryOf: null,
            correlationId: runId,
            createdBy: "ann",
            shard: 0,
          },
        ]),
      );
      return { tenant, runId, pool: defaultPool };
    },
    async planAndDispatch(key) {
      await planRun(engine, key);
      await dispatchRun(engine, { pool: defaultPool, ...key });
      return lab.run(key);
    },
    async scan(job, pool = defaultPool) {
      const at = { worker: { ...worker, pool }, jobId: job.job, attempt: job.attempt };
      const source: InputSource = {
        segment: () => readInputs(engine, at),
        purls: async (digests) =>
          new Map((await readSboms(engine, { ...at, digests })).sboms.map((s) => [s.digest, s.purls])),
        index: async (keys) =>
          new Map(Object.entries((await readAdvisoryIndex(engine, { ...at, keys })).keys)),
        advisories: async (digests) =>
          new Map(
            (await readAdvisories(engine, { ...at, digests })).map(({ digest, facts }) => [
              digest,
              advisoryFactsSchema.parse(JSON.parse(facts)),
            ]),
          ),
      };
      const options = { tenant: "acme", signal: new AbortController().signal, onProgress: () => undefined };
      return { status: "succeeded", result: await scanSegment(source, caches, options) };
    },
    async workAll(raw = queue.worker("w1")) {
      for (let done = 0; ; done++) {
        const [job] = (await raw.claim(1)).jobs;
        if (job === undefined) return done;
        await raw.settle([job], await lab.scan(job));
      }
    },
    async ingestAll(by = engine) {
      for (;;) {
        const entries = await by.queue.readResults({ consumer: "lab", count: 100, blockMs: 0 });
        if (entries.length === 0) return;
        await ingestBatch(by, entries);
      }
    },
    run: (key) => withTenant(engine.app, key.tenant, (tx) => getRun(tx, key.tenant, key.runId)),
    async complete(key) {
      await lab.planAndDispatch(key);
      await lab.workAll();
      await lab.ingestAll();
      return closeRun(engine, key);
    },
    async close() {
      await queue[Symbol.asyncDispose]();
      await test.drop();
      await rm(dir, { recursive: true });
    },
  };
  return lab;
}

/** The engine with some calls to its queue replaced. */
export function withQueue<E extends PoolEngine>(engine: E, calls: Partial<JobQueue>): E {
  const queue = { ...engine.queue, ...calls };
  return { ...engine, queue, queues: { of: () => queue } };
}

/** The digest of an image that a test calls by a name. */
export function digestOf(name: string): string {
  return `sha256:${Buffer.from(name).toString("hex").padEnd(64, "0").slice(0, 64)}`;
}

/** A name that no other test uses. */
export function uniqueName(prefix: string): string {
  return `${prefix}-${randomBytes(4).toString("hex")}`;
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
