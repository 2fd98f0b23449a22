import { fillFleet } from "../../../engine/impact/testing/synthetic-fleet.ts";
import { planRun } from "../../../engine/runs/plan.ts";
import { dispatchRun } from "../../../engine/runs/dispatch.ts";
import { ingestResults } from "../../../engine/results/ingest-stream.ts";
import { matcherVersion } from "../../../model/matching/matcher-version.ts";
import { createRunLab, type RunLab } from "../../../test/support/run-lab.ts";

/** A run whose jobs were all dispatched, on a database and a queue of its own, without Temporal. */
export interface IngestLab {
  /** Settles every job and takes the results in; answers the seconds of the second part alone. */
  ingestAll(): Promise<number>;
  /** What is wrong with the books in PostgreSQL, or undefined. */
  fault(): Promise<string | undefined>;
  close(): Promise<void>;
}

const tenant = "acme";
/** Below the high-water mark of the queue, above which claims are refused. */
const wave = 9_000;
const claimedAtOnce = 500;

export async function createIngestLab(
  urls: { readonly postgresUrl: string; readonly valkeyUrl: string },
  { images, imagesPerJob }: { images: number; imagesPerJob: number },
): Promise<IngestLab> {
  // The laboratory is made for tests: it learns from the environment where the servers are.
  process.env["TEST_POSTGRES_URL"] = urls.postgresUrl;
  process.env["TEST_VALKEY_URL"] = urls.valkeyUrl;
  const lab = await createRunLab();
  const { owner } = lab.test;
  await fillFleet(owner, tenant, { images, componentsPerImage: 1, packages: 100 });
  const key = await lab.createRun();
  await planRun({ ...lab.engine, segmentImages: imagesPerJob }, key);
  await dispatchRun(lab.engine, key);
  await owner.query("analyze");
  const results = await resultsByJob(lab, key.runId);
  const jobs = results.size;

  return {
    async ingestAll() {
      const worker = lab.queue.worker("w1");
      let seconds = 0;
      for (let settled = 0; settled < jobs;) {
        const first = settled;
        while (settled < jobs && settled - first < wave) {
          const { jobs: claimed } = await worker.claim(claimedAtOnce);
          for (const job of claimed) await worker.settle([job], results.get(job.job));
          settled += claimed.length;
        }
        const started = performance.now();
        for (let taken = 0; taken < settled - first;) taken += (await ingestResults(lab.engine)).accepted;
        seconds += (performance.now() - started) / 1_000;
      }
      return seconds;
    },
    async fault() {
      const { rows } = await owner.query<{ jobs: number; results: number; distinct: number; booked: number }>(
        `select (select count(*)::int from scheduler.jobs where run_id = $1 and state = 'succeeded') as jobs,
                (select count(*)::int from scheduler.image_results where run_id = $1) as results,
                (select count(distinct image_id)::int from scheduler.image_results where run_id = $1) as distinct,
                (select images_succeeded from scheduler.runs where run_id = $1) as booked`,
        [key.runId],
      );
      const found = JSON.stringify(rows[0]);
      const whole = JSON.stringify({ jobs, results: images, distinct: images, booked: images });
      return found === whole ? undefined : `${found} where ${whole} was due`;
    },
    close: async () => await lab.close(),
  };
}

/** What a worker that finds nothing would say of each job. */
async function resultsByJob(lab: RunLab, runId: string): Promise<Map<string, unknown>> {
  const { rows } = await lab.test.owner.query<{ job_id: string; ordinal: number; digest: string }>(
    `select j.job_id, i.ordinal, s.digest
       from scheduler.jobs j
       join scheduler.run_images i on i.tenant_id = j.tenant_id and i.run_id = j.run_id and j.ordinals @> i.ordinal
       join scheduler.sboms s on s.tenant_id = i.tenant_id and s.sbom_id = i.sbom_id
      where j.run_id = $1
      order by i.ordinal`,
    [runId],
  );
  const jobs = Map.groupBy(rows, ({ job_id }) => job_id);
  const coverage = { components: 1, matchable: 1, notMatchable: {}, notCovered: {} };
  return new Map(
    [...jobs].map(([job, images]) => [
      job,
      {
        status: "succeeded",
        result: {
          schemaVersion: "scheduler.scan-result@1",
          feedSequence: 0,
          matcherVersion,
          sboms: images.map(({ digest }) => ({ digest, coverage, findings: [] })),
          images: images.map(({ ordinal }, sbom) => ({ ordinal, sbom })),
        },
      },
    ]),
  );
}
