import { type ChildProcess, spawn } from "node:child_process";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client, Connection } from "@temporalio/client";
import { workflowIds } from "../workflows/contract.ts";
import { type BenchStack, report } from "./stack.ts";

const workers = 2;

interface Ledger {
  readonly images: number;
  readonly results: number;
  readonly distinct: number;
  readonly jobs: number;
  readonly attempts: number;
  readonly checksum: string;
}

/** A run over `images` images with no-op workers: they fetch their inputs, find nothing and settle. */
export async function benchRun(stack: BenchStack, images: number): Promise<void> {
  console.log(`\nA run over ${images.toLocaleString("en")} images, ${workers} no-op workers of 16 slots`);
  await fillFleet(stack, images);
  process.kill(stack.description.pids["scan-worker"] ?? 0, "SIGTERM");
  const children = Array.from({ length: workers }, () => startNoopWorker(stack));
  try {
    await sleep(2_000);
    const started = performance.now();
    const { id } = await stack.ask<{ id: string }>("POST", "/api/v1/scheduler/runs", {
      selection: { scope: "all" },
    });
    const run = await untilFinished(stack, id);
    const seconds = (performance.now() - started) / 1_000;
    const { planner, queue, execution, postProcessing } = run.stats;
    report("run", `${seconds.toFixed(1)} s`, `${run.state}: ${JSON.stringify(run.counts)}`);
    report("images a second", Math.round(images / seconds).toLocaleString("en"));
    report(
      "parts",
      "",
      `planning ${planner} ms, queue ${queue} ms, execution ${execution} ms, closing ${postProcessing} ms`,
    );
    const ingestSeconds = Math.max(0.001, execution / 1_000);
    report(
      "jobs ingested a second",
      (run.segments.total / ingestSeconds).toFixed(1),
      `${run.segments.total} jobs`,
    );
    report(
      "image results a second",
      Math.round(images / ingestSeconds).toLocaleString("en"),
      "written, while workers and API share the machine",
    );
    report("history events", String(await countEvents(stack, id)), "of the run workflow; the bound is 1,200");
    const ledger = await readLedger(stack, id);
    const isWhole =
      ledger.results === images && ledger.distinct === images && ledger.jobs === run.segments.total;
    report("ledger", isWhole ? "nothing lost" : "LOST", JSON.stringify(ledger));
    if (!isWhole) process.exitCode = 1;
  } finally {
    for (const child of children) child.kill("SIGTERM");
  }
}

/** 1,000 SBOMs of 40 components, shared by all images, written straight into the tables. */
async function fillFleet({ sql }: BenchStack, images: number): Promise<void> {
  const started = performance.now();
  await sql.query(`
    insert into scheduler.sboms (tenant_id, digest, format, spec_version, bytes, component_count, matchable_count, unmatchable, created_at)
    select 'bench', 'sha256:' || encode(sha256(('sbom' || n)::bytea), 'hex'), 'cyclonedx', '1.5', 1000, 40, 40, '{}', now()
      from generate_series(1, 1000) n`);
  await sql.query(`
    insert into scheduler.components (tenant_id, purl)
    select 'bench', 'pkg:npm/package-' || n || '@1.' || n % 7 || '.0' from generate_series(1, 4000) n`);
  await sql.query(`
    insert into scheduler.sbom_components (tenant_id, component_id, sbom_id)
    select 'bench', c.component_id, s.sbom_id
      from (select sbom_id, row_number() over (order by sbom_id) as at from scheduler.sboms where tenant_id = 'bench') s
      cross join generate_series(0, 39) part
      join (select component_id, row_number() over (order by component_id) as at from scheduler.components where tenant_id = 'bench') c
        on c.at = 1 + (s.at * 37 + part * 101) % 4000
    on conflict do nothing`);
  await sql.query(
    `insert into scheduler.images (tenant_id, digest, namespace, repository, sbom_id, sbom_seq, created_at, updated_at, last_seen_at)
     select 'bench', 'sha256:' || encode(sha256(('image' || n)::bytea), 'hex'), 'ns' || n % 10, 'repo' || n % 200, s.sbom_id, 1, now(), now(), now()
       from generate_series(1, $1::int) n
       join (select sbom_id, row_number() over (order by sbom_id) as at from scheduler.sboms where tenant_id = 'bench') s on s.at = 1 + n % 1000`,
    [images],
  );
  await sql.query("analyze");
  report(
    "fleet written",
    `${((performance.now() - started) / 1_000).toFixed(1)} s`,
    "1,000 SBOMs × 40 components",
  );
}

function startNoopWorker({ description }: BenchStack): ChildProcess {
  return spawn(process.execPath, [path.join(import.meta.dirname, "noop-worker.ts")], {
    env: {
      ...process.env,
      JOBENGINE_API_URL: description.schedulerUrl,
      JOBENGINE_WORKER_KEY: description.workerKey,
      JOBENGINE_WORKER_CONCURRENCY: "16",
    },
    stdio: ["ignore", "ignore", "inherit"],
  });
}

interface RunDocument {
  readonly state: string;
  readonly counts: Record<string, number>;
  readonly segments: { readonly total: number };
  readonly stats: Record<"planner" | "queue" | "execution" | "postProcessing", number>;
}

async function untilFinished(stack: BenchStack, id: string): Promise<RunDocument> {
  for (;;) {
    const run = await stack.ask<RunDocument>("GET", `/api/v1/scheduler/runs/${id}`);
    if (["completed", "error", "cancelled"].includes(run.state)) return run;
    await sleep(200);
  }
}

async function countEvents({ description }: BenchStack, runId: string): Promise<number> {
  const connection = await Connection.connect({ address: description.temporalAddress });
  try {
    const handle = new Client({ connection }).workflow.getHandle(workflowIds.run("bench", runId));
    return (await handle.describe()).historyLength;
  } finally {
    await connection.close();
  }
}

/** What PostgreSQL holds of the run, summed up so that a lost or doubled image shows. */
async function readLedger({ sql }: BenchStack, runId: string): Promise<Ledger> {
  const { rows } = await sql.query<Ledger>(
    `select (select count(*)::int from scheduler.run_images where run_id = $1) as images,
            (select count(*)::int from scheduler.image_results where run_id = $1) as results,
            (select count(distinct image_id)::int from scheduler.image_results where run_id = $1) as distinct,
            (select count(*)::int from scheduler.jobs where run_id = $1 and state = 'succeeded') as jobs,
            (select sum(attempt)::int from scheduler.jobs where run_id = $1) as attempts,
            (select md5(string_agg(image_id::text, ',' order by image_id)) from scheduler.image_results where run_id = $1) as checksum`,
    [runId],
  );
  return rows[0]!;
}
