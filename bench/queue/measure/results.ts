import { fileURLToPath } from "node:url";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { report } from "../../stack.ts";
import { faultOf } from "../ledger.ts";
import { loadGraphile } from "../peers/graphile.ts";
import { Program } from "../program.ts";
import { payloadOf } from "../job.ts";
import { median, perSecond, type Scoreboard } from "../scoreboard.ts";
import { createIngestLab } from "./ingest-lab.ts";

const slots = 50;

/**
 * How fast results become durable in PostgreSQL: our stream read in batches, each one transaction with the job,
 * the attempt, the image's result and the books of the run; beside it graphile-worker's batched completion, with
 * all jobs claimed beforehand.
 */
export async function measureResults(
  servers: { readonly postgresUrl: string; withValkey<T>(work: (url: string) => Promise<T>): Promise<T> },
  modules: string | undefined,
  options: { rounds: number; jobs: number; board: Scoreboard },
): Promise<void> {
  const { rounds, jobs, board } = options;
  const { postgresUrl } = servers;
  console.log("\nResults into PostgreSQL");
  const single: number[] = [];
  const segments: number[] = [];
  const completed: number[] = [];
  const stored: number[] = [];
  for (let round = 0; round < rounds; round++) {
    await servers.withValkey(async (valkeyUrl) => {
      const urls = { postgresUrl, valkeyUrl };
      single.push(await ingestRate(urls, { images: jobs, imagesPerJob: 1 }, board));
      segments.push(await ingestRate(urls, { images: jobs * 5, imagesPerJob: 200 }, board));
    });
    if (modules === undefined) continue;
    completed.push(await graphileRate(postgresUrl, modules, { jobs: jobs * 4, isStoring: false }, board));
    stored.push(await graphileRate(postgresUrl, modules, { jobs, isStoring: true }, board));
  }
  report("our ingest, jobs of one image", perSecond(median(single)), "job, attempt, image result and books");
  report("our ingest, images in segments", perSecond(median(segments)), "of 200, as the engine plans them");
  if (modules === undefined) return;
  report(
    "graphile-worker, completion",
    perSecond(median(completed)),
    `${slots} at once, completed in batches, nothing stored`,
  );
  report(
    "graphile-worker, with a result",
    perSecond(median(stored)),
    "each task inserts one row, then the same",
  );
  const ratio = { target: 3, sense: "at least" } as const;
  board.ratio({ what: "jobs ingested : graphile, result", value: median(single) / median(stored), ...ratio });
  board.ratio({
    what: "jobs ingested : graphile, none",
    value: median(single) / median(completed),
    ...ratio,
  });
  board.ratio({
    what: "image results : graphile, none",
    value: median(segments) / median(completed),
    ...ratio,
  });
}

interface Urls {
  readonly postgresUrl: string;
  readonly valkeyUrl: string;
}

async function ingestRate(
  urls: Urls,
  size: { images: number; imagesPerJob: number },
  board: Scoreboard,
): Promise<number> {
  const lab = await createIngestLab(urls, size);
  try {
    const seconds = await lab.ingestAll();
    board.books(`ingest of ${size.imagesPerJob} images a job`, await lab.fault());
    return size.images / seconds;
  } finally {
    await lab.close();
  }
}

async function graphileRate(
  postgresUrl: string,
  modules: string,
  { jobs, isStoring }: { jobs: number; isStoring: boolean },
  board: Scoreboard,
): Promise<number> {
  const name = `bench_graphile_${Date.now().toString(36)}`;
  const admin = new pg.Client({ connectionString: postgresUrl });
  await admin.connect();
  await admin.query(`create database ${name}`);
  const url = new URL(postgresUrl);
  url.pathname = `/${name}`;
  const sql = new pg.Client({ connectionString: url.href });
  await sql.connect();
  let worker: Program | undefined;
  try {
    const { runMigrations, Logger } = loadGraphile(modules);
    await runMigrations({ connectionString: url.href, logger: new Logger(() => () => undefined) });
    await sql.query("create table bench_results (n int not null)");
    await sql.query(
      `select count(*) from graphile_worker.add_jobs(array(
         select json_populate_record(null::graphile_worker.job_spec, json_build_object(
                  'identifier', 'scan', 'job_key', 'job_' || n, 'payload', json_build_object('n', n, 'pad', $2::text)))
           from generate_series(0, $1::int - 1) n))`,
      [jobs, payloadOf(0).pad],
    );
    await sql.query("analyze");
    worker = new Program({
      command: process.execPath,
      args: [fileURLToPath(import.meta.resolve("../workers/noop-graphile.ts"))],
      env: {
        BENCH_MODULES: modules,
        BENCH_POSTGRES_URL: url.href,
        BENCH_SLOTS: String(slots),
        BENCH_JOBS: String(jobs),
        BENCH_STORES: isStoring ? "1" : "0",
      },
    });
    const open = async () => {
      worker?.check();
      const { rows } = await sql.query<{ open: number }>(
        "select count(*)::int as open from graphile_worker.jobs",
      );
      return rows[0]?.open ?? 0;
    };
    while ((await open()) > 0) await sleep(2);
    const endedAt = Number(process.hrtime.bigint());
    const executed = await worker.end();
    const { rows } = await sql.query<{ n: number }>(
      isStoring ? "select n from bench_results" : "select n from generate_series(0, $1::int - 1) n",
      isStoring ? [] : [jobs],
    );
    board.books(
      "graphile-worker",
      faultOf(
        jobs,
        rows.map(({ n }) => n),
        executed,
      ),
    );
    return jobs / ((endedAt - worker.beganAt()) / 1e9);
  } finally {
    await worker?.end();
    await sql.end();
    await admin.query(`drop database ${name} with (force)`);
    await admin.end();
  }
}
