import { DomainError } from "../../model/errors.ts";
import { createRunLab, type RunLab, withQueue } from "../../test/support/run-lab.ts";
import { ensureQueue } from "../queue/rebuild.ts";
import { lookAfterRuns } from "../runs/look-after.ts";
import { fillFleet } from "../impact/testing/synthetic-fleet.ts";
import { closeRun } from "../runs/close.ts";
import { dispatchRun } from "../runs/dispatch.ts";
import { planRun } from "../runs/plan.ts";
import { ingestResults } from "./ingest-stream.ts";

let lab: RunLab;
let key: { tenant: string; runId: string };
beforeEach(async () => {
  lab = await createRunLab();
  for (let image = 0; image < 3; image++)
    await lab.addImage(`shop:${image}`, [`pkg:npm/lodash@4.17.${image}`]);
  key = await lab.createRun();
  await lab.planAndDispatch(key);
});
afterEach(() => lab.close());

const rows = async (text: string) => (await lab.test.owner.query(text)).rows;
const temporalAway = () => Promise.reject(new Error("14 UNAVAILABLE: no connection"));
const blobsAway = () => Promise.reject(new DomainError("unavailable", "The blob store is away."));
const transient = { status: "failed", error: { class: "transient", message: "no luck" } } as const;

it("takes results in while the queue is full: what gets another try stays planned until there is room", async () => {
  const worker = lab.queue.worker("w1");
  const [job] = (await worker.claim(1)).jobs;
  await worker.settle([job!], transient);
  const stats = async () => ({ ...(await lab.engine.queue.stats()), ready: 200_000 });
  const full = withQueue(lab.engine, { stats });
  expect(await ingestResults(full)).toMatchObject({ accepted: 1 });
  await lookAfterRuns(full);
  expect(await rows("select count(*)::int from scheduler.jobs where state = 'planned'")).toEqual([
    { count: 1 },
  ]);
  await lookAfterRuns(lab.engine);
  await lab.workAll();
  await lab.ingestAll();
  expect(await closeRun(lab.engine, key)).toMatchObject({ state: "completed", images_succeeded: 3 });
});

it("takes a batch in once while Temporal is away", async () => {
  const other = await lab.createRun({ selection: { scope: "all" }, force: true });
  await lab.planAndDispatch(other);
  await lab.workAll();
  const alone = { ...lab.engine, workflows: { ...lab.engine.workflows, signal: temporalAway } };
  expect(await ingestResults(alone)).toMatchObject({ accepted: 6, late: 0 });
  expect(await rows("select * from scheduler.late_results")).toEqual([]);
});

it("takes results in one by one when they are too many for one statement's time", async () => {
  await lab.workAll();
  // What PostgreSQL says of a statement that it cancels for taking too long.
  await lab.test.owner.query(`
    create function scheduler.too_slow() returns trigger language plpgsql as $$
    begin
      if (select count(*) from added) > 1 then
        raise exception 'canceling statement due to statement timeout' using errcode = '57014';
      end if;
      return null;
    end $$;
    create trigger too_slow after insert on scheduler.job_attempts referencing new table as added
      for each statement execute function scheduler.too_slow()`);
  expect(await ingestResults(lab.engine)).toEqual({ accepted: 3, late: 0, ghosts: 0 });
  expect((await lab.engine.queue.stats()).resultsPending).toBe(0);
});

it("believes no reference that names another size than its artifact has", async () => {
  const worker = lab.queue.worker("w1");
  const [job] = (await worker.claim(1)).jobs;
  const { result } = await lab.scan(job!);
  const bytes = Buffer.from(JSON.stringify(result));
  const { digest } = await lab.engine.blobs.put("acme", bytes, { maxBytes: bytes.length });
  const resultRef = { name: "result.json", digest, bytes: bytes.length - 1 };
  await worker.settle([job!], { status: "succeeded", resultRef });
  await ingestResults(lab.engine);
  expect(await rows("select error_class, message from scheduler.job_attempts")).toEqual([
    {
      error_class: "transient",
      message: "The result cannot be read: no artifact of that digest and size is stored.",
    },
  ]);
});

it("lets small results go on while the blob store is away", async () => {
  const worker = lab.queue.worker("w1");
  const [large] = (await worker.claim(1)).jobs;
  const resultRef = { name: "result.json", digest: `sha256:${"0".repeat(64)}`, bytes: 100_000 };
  await worker.settle([large!], { status: "succeeded", resultRef });
  expect(await lab.workAll(worker)).toBe(2);
  const without = { ...lab.engine, blobs: { ...lab.engine.blobs, head: blobsAway } };
  expect(await ingestResults(without)).toEqual({ accepted: 2, late: 0, ghosts: 0 });
  const { resultsPending } = await lab.engine.queue.stats();
  expect(resultsPending).toBe(1);
});

it("counts a late result although nothing of its run is accepted beside it", async () => {
  const worker = lab.queue.worker("w1");
  const [job] = (await worker.claim(1)).jobs;
  await worker.settle([{ ...job!, attempt: 7 }], transient);
  await lab.ingestAll();
  expect(await lab.run(key)).toMatchObject({ late_results: 1, state: "queued" });
});

/** Outcomes that no schema refuses and no column takes. */
const unstorable: Record<string, (result: { sboms: { findings: object[] }[] }) => object> = {
  "a NUL in the message of an error": () => ({
    status: "failed",
    error: { class: "permanent", message: "path \u0000 is bad" },
  }),
  "a NUL in a package URL": (result) => withFinding(result, { purl: "pkg:npm/a\u0000b@1" }),
  "a version of the matcher beyond its column": (result) => ({
    status: "succeeded",
    result: { ...result, matcherVersion: 2 ** 40 },
  }),
  "an ordinal beyond its column": (result) => ({
    status: "succeeded",
    result: { ...result, images: [{ ordinal: 2 ** 40, sbom: 0 }] },
  }),
};

function withFinding(result: { sboms: { findings: object[] }[] }, more: object): object {
  const finding = {
    purl: "pkg:npm/lodash@4.17.0",
    vulnerability: "CVE-2021-1",
    advisories: ["CVE-2021-1"],
    severity: "critical",
    advisorySeq: 1,
    ...more,
  };
  const sboms = result.sboms.map((sbom) => ({ ...sbom, findings: [finding] }));
  return { status: "succeeded", result: { ...result, sboms } };
}

it.each(Object.keys(unstorable))("spends a try of the job on %s, and holds nothing up", async (name) => {
  const worker = lab.queue.worker("w1");
  const [job] = (await worker.claim(1)).jobs;
  const { result } = (await lab.scan(job!)) as { result: { sboms: { findings: object[] }[] } };
  await worker.settle([job!], unstorable[name]!(result));
  expect(await lab.workAll(worker)).toBe(2);
  expect(await ingestResults(lab.engine)).toEqual({ accepted: 3, late: 0, ghosts: 0 });
  expect((await lab.engine.queue.stats()).resultsPending).toBe(0);
  const [{ state, tries }] = await rows(
    `select state, tries from scheduler.jobs where job_id = '${job!.job}'`,
  );
  expect({ state, tries }).toEqual({ state: "queued", tries: 1 });
});

it("opens a lost queue although a result on its stream cannot be stored", async () => {
  await ensureQueue(lab.engine, { leaseMs: 60_000, beatMs: 15_000 }, async () => undefined);
  const worker = lab.queue.worker("w1");
  const [job] = (await worker.claim(1)).jobs;
  const { result } = (await lab.scan(job!)) as { result: { sboms: { findings: object[] }[] } };
  await worker.settle([job!], unstorable["a NUL in a package URL"]!(result));
  await lab.test.owner.query("update scheduler.queues set valkey_run_id = 'another'");
  const rebuilt = await ensureQueue(lab.engine, { leaseMs: 60_000, beatMs: 15_000 }, async () => undefined);
  expect(rebuilt).toMatchObject({ rebuilt: true });
});

it("drops what a worker wrote on the stream by hand and nobody can read", async () => {
  const { valkey, queue } = lab.queue;
  const [job] = (await lab.queue.worker("w1").claim(1)).jobs;
  for (const fields of [
    { job: "a\u0000b", attempt: "1", worker: "w" },
    { job: job!.job, attempt: "9007199254740991", worker: "w" },
    { job: job!.job, attempt: "1", worker: "a\u0000b" },
  ]) {
    const flat = Object.entries({ ...fields, lease: "1", stale: "1", outcome: "" }).flat();
    await valkey.xadd(`${queue.keyPrefix}results`, "*", ...flat);
  }
  await ingestResults(lab.engine);
  expect((await queue.stats()).resultsPending).toBe(0);
});

it("changes nothing for an entry that names another tenant than its job's, whose artifacts it could borrow", async () => {
  const worker = lab.queue.worker("w1");
  const [job] = (await worker.claim(1)).jobs;
  const outcome = await lab.scan(job!);
  const forged = {
    job: job!.job,
    attempt: 1,
    lease: job!.lease,
    worker: "w1",
    tenant: "other",
    reason: "settled",
  };
  const fields = Object.entries({ ...forged, stale: 0, outcome: JSON.stringify(outcome) })
    .flat()
    .map(String);
  await lab.queue.valkey.xadd(`${lab.queue.queue.keyPrefix}results`, "*", ...fields);
  expect(await ingestResults(lab.engine)).toMatchObject({ accepted: 0, late: 1 });
  await worker.settle([job!], outcome);
  expect(await ingestResults(lab.engine)).toMatchObject({ accepted: 1, late: 0 });
});

/** 60 jobs more, one for each image of another tenant. */
async function planSixtyJobs(): Promise<void> {
  await fillFleet(lab.test.owner, "large", { images: 60, componentsPerImage: 1, packages: 1 });
  const run = await lab.createRun({ selection: { scope: "all" } }, { tenant: "large" });
  await planRun({ ...lab.engine, segmentImages: 1 }, run);
  await dispatchRun(lab.engine, run);
}

it("takes more results at once while they are small", async () => {
  await planSixtyJobs();
  const worker = lab.queue.worker("w1");
  await worker.settle((await worker.claim(63)).jobs, transient);
  expect(await ingestResults(lab.engine)).toMatchObject({ accepted: 63 });
});

it("takes no more than fifty results at once when they are large", async () => {
  await planSixtyJobs();
  const worker = lab.queue.worker("w1");
  const { jobs } = await worker.claim(60);
  await worker.settle(jobs, { status: "succeeded", result: { unreadable: "x".repeat(10_000) } });
  expect(await ingestResults(lab.engine)).toMatchObject({ accepted: 50 });
  expect(await ingestResults(lab.engine)).toMatchObject({ accepted: 10 });
});
