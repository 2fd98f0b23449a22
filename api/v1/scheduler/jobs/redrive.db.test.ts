import { closeRun, failRun } from "../../../../engine/runs/close.ts";
import { cancelRun } from "../../../../engine/runs/cancel.ts";
import { type ApiLab, createApiLab } from "../../../../test/support/api-lab.ts";
import { parkImages } from "../../../../test/support/parked.ts";
import { digestOf } from "../../../../test/support/run-lab.ts";

let api: ApiLab;
beforeEach(async () => {
  api = await createApiLab();
  for (let image = 0; image < 4; image++)
    await api.lab.addImage(`shop:${image}`, [`pkg:npm/lodash@4.17.${image}`]);
});
afterEach(() => api.close());

const why = { "x-stellaops-operator-reason": "the registry is back" };
const redrive = (body: object, headers: Record<string, string> = why, tenant = "acme") =>
  api.send("POST", "/jobs/redrive", { body, headers, tenant });
const preview = async (body: object) => (await api.send("POST", "/jobs/redrive/preview", { body })).body;
const parked = async (query = "", tenant = "acme") =>
  (await api.send("GET", `/jobs/parked${query}`, { tenant })).body;
const rows = async (text: string) => (await api.lab.test.owner.query(text)).rows;
const keyOf = (run: { id: string }) => ({ tenant: "acme", runId: run.id });
const everything = { filter: {} };

describe("the list", () => {
  it("shows parked jobs, the newest first, in pages and by every filter", async () => {
    const first = await parkImages(api.lab, { digests: [digestOf("shop:0")], code: "HTTP_404" });
    const second = await parkImages(api.lab, { digests: [digestOf("shop:1")], code: "HTTP_503" });
    const { items } = await parked();
    expect(items).toMatchObject([
      { runId: second.runId, error: { class: "permanent", code: "HTTP_503", message: "no such layer" } },
      { runId: first.runId, reason: "permanent", kind: "scan", mode: "analysis-only", images: 1, tries: 2 },
    ]);
    const page = await parked("?pageSize=1");
    expect(page.items).toEqual(items.slice(0, 1));
    expect((await parked(`?pageSize=1&pageToken=${page.nextPageToken}`)).items).toEqual(items.slice(1));
    const [newest, oldest] = items;
    const found: Record<string, unknown[]> = {
      [`runId=${first.runId}`]: [oldest],
      "errorCode=HTTP_503": [newest],
      "errorClass=crash": [],
      "errorClass=permanent&errorClass=crash": items,
      "reason=permanent": items,
      "reason=tries_exhausted": [],
      "kind=doctor": [],
      "mode=analysis-only": items,
      [`scheduleId=sch_${"0".repeat(32)}`]: [],
      [`parkedAfter=${oldest.parkedAt}`]: [newest],
      [`parkedBefore=${newest.parkedAt}`]: [oldest],
      "redriven=true": [],
      "redriven=false&kind=scan": items,
    };
    for (const [query, expected] of Object.entries(found)) {
      expect([query, (await parked(`?${query}`)).items]).toEqual([query, expected]);
    }
  });

  it("shows a tenant its own", async () => {
    await parkImages(api.lab);
    expect((await parked("", "other")).items).toEqual([]);
    const { body } = await redrive(everything, why, "other");
    expect(body).toEqual({ jobs: 0, images: 0, skipped: 0, remaining: 0 });
    const [{ id }] = (await parked()).items;
    expect((await redrive({ jobIds: [id] }, why, "other")).status).toBe(422);
  });
});

describe("a redrive", () => {
  it("runs exactly the images of the parked jobs again, fresh or not, and they succeed", async () => {
    const source = await parkImages(api.lab, { digests: [digestOf("shop:0"), digestOf("shop:1")] });
    await api.lab.complete(await api.lab.createRun());
    const seen = await preview(everything);
    expect(seen).toMatchObject({
      jobs: 2,
      images: 2,
      runs: 1,
      kinds: [{ kind: "scan", jobs: 2 }],
      modes: [{ mode: "analysis-only", jobs: 2 }],
      pools: [{ pool: "default", jobs: 2 }],
      reasons: [{ reason: "permanent", jobs: 2 }],
      errors: [{ class: "permanent", code: "HTTP_404", jobs: 2 }],
      skipped: { redriving: 0, redriven: 0 },
      batch: { jobs: 2, planned: 2, deleted: 0, withoutSbom: 0 },
    });
    const { status, headers, body } = await redrive(everything);
    expect(status).toBe(201);
    expect(body).toMatchObject({ jobs: 2, images: 2, skipped: 0, remaining: 0 });
    expect(body.run).toMatchObject({
      trigger: "retry",
      retryOf: source.runId,
      state: "planning",
      ratePerSecond: 20,
      reason: { text: why["x-stellaops-operator-reason"] },
    });
    expect(headers.get("location")).toBe(`/api/v1/scheduler/runs/${body.run.id}`);
    expect(api.started).toContain(`run/acme/${body.run.id}`);
    const row = await api.lab.planAndDispatch(keyOf(body.run));
    expect(row).toMatchObject({ impact_digest: seen.batch.digest, class: "backfill" });
    await untilDone(body.run);
    const done = (await api.send("GET", `/runs/${body.run.id}`)).body;
    expect(done).toMatchObject({
      state: "completed",
      counts: { planned: 2, fresh: 0, succeeded: 2 },
      segments: { parked: 0 },
    });
    // The closed books of the source stay.
    expect((await api.send("GET", `/runs/${source.runId}`)).body).toMatchObject({
      counts: { planned: 2, failed: 2, succeeded: 0 },
      segments: { total: 2, open: 0, parked: 2 },
    });
    const [item] = (await parked(`?redrivenBy=${body.run.id}`)).items;
    expect(item).toMatchObject({ redrivenBy: body.run.id });
    expect((await api.send("GET", `/jobs/${item.id}`)).body).toMatchObject({
      state: "parked",
      parked: { redrivenBy: body.run.id },
    });
    expect((await api.send("GET", `/jobs/${item.id}/why`)).body.reasons).toMatchObject([
      { code: "redriven" },
    ]);
    expect(await preview(everything)).toMatchObject({ jobs: 0, skipped: { redriving: 0, redriven: 2 } });
  });

  it("asks for the operator's reason, and audits it", async () => {
    await parkImages(api.lab);
    const refused = await redrive(everything, {});
    expect([refused.status, refused.body.errors[0].path]).toEqual([422, "X-StellaOps-Operator-Reason"]);
    const { body } = await redrive({ ...everything, ratePerSecond: 5 });
    expect(
      await rows("select target_id, reason, details from scheduler.audit where action = 'jobs.redrive'"),
    ).toMatchObject([
      {
        target_id: body.run.id,
        reason: why["x-stellaops-operator-reason"],
        details: { filter: {}, ratePerSecond: 5, jobs: 4, images: 4 },
      },
    ]);
  });

  it("is made once for an idempotency key", async () => {
    await parkImages(api.lab);
    const headers = { ...why, "idempotency-key": "k1" };
    const first = await redrive(everything, headers);
    const again = await redrive(everything, headers);
    expect([first.status, again.status, again.body]).toEqual([201, 201, first.body]);
    expect(again.headers.get("location")).toBe(first.headers.get("location"));
    expect(await rows("select 1 from scheduler.runs where trigger = 'retry'")).toHaveLength(1);
  });

  it("takes each parked job up once, however many ask at the same time", async () => {
    await parkImages(api.lab);
    const answers = await Promise.all(Array.from({ length: 6 }, () => redrive(everything)));
    expect(answers.every(({ status }) => status === 200 || status === 201)).toBe(true);
    expect(answers.reduce((sum, { body }) => sum + body.jobs, 0)).toBe(4);
    const runs = answers.flatMap(({ body }) => body.run?.id ?? []);
    expect(await rows("select distinct redriven_by from scheduler.parked_jobs")).toHaveLength(runs.length);
  });

  it("takes a batch up, the oldest first, and says how many wait", async () => {
    await parkImages(api.lab, { digests: [digestOf("shop:0")] });
    await parkImages(api.lab, { digests: [digestOf("shop:1")] });
    const oldest = (await parked()).items[1];
    const { body } = await redrive({ ...everything, limit: 1 });
    expect(body).toMatchObject({ jobs: 1, skipped: 0, remaining: 1 });
    expect((await parked("?redriven=true")).items).toMatchObject([{ id: oldest.id }]);
    expect((await redrive(everything)).body).toMatchObject({ jobs: 1, skipped: 1, remaining: 0 });
  });

  it("covers an image once that several runs parked, and names none of them in retryOf", async () => {
    await parkImages(api.lab, { digests: [digestOf("shop:0")] });
    await parkImages(api.lab, { digests: [digestOf("shop:0"), digestOf("shop:1")] });
    const { body } = await redrive(everything);
    expect(body).toMatchObject({ jobs: 3, images: 3 });
    expect(body.run.retryOf).toBeUndefined();
    expect(await api.lab.planAndDispatch(keyOf(body.run))).toMatchObject({ images_planned: 2 });
  });

  it("leaves out images that are gone, and uses the SBOM of now", async () => {
    await parkImages(api.lab);
    await api.send("DELETE", `/inventory/images/${digestOf("shop:0")}`, { headers: { "if-match": "*" } });
    await api.lab.addImage("shop:1", ["pkg:npm/left-pad@1.0.0"]);
    const seen = await preview(everything);
    expect(seen.batch).toMatchObject({ jobs: 4, planned: 3, deleted: 1 });
    const { body } = await redrive(everything);
    const row = await api.lab.planAndDispatch(keyOf(body.run));
    expect(row).toMatchObject({ images_planned: 3, impact_digest: seen.batch.digest });
    expect(
      await rows(`select s.sbom_id = i.sbom_id as is_current from scheduler.run_images s
        join scheduler.images i using (tenant_id, image_id) where s.run_id = '${body.run.id}'`),
    ).toEqual([{ is_current: true }, { is_current: true }, { is_current: true }]);
  });

  it("takes jobs up by their ids, and names one that is not parked", async () => {
    await parkImages(api.lab);
    const [first, second] = (await parked()).items;
    expect((await redrive({ jobIds: [first.id, second.id] })).body).toMatchObject({ jobs: 2 });
    const unknown = `job_${"0".repeat(32)}`;
    const refused = await redrive({ jobIds: [first.id, unknown] });
    expect([refused.status, refused.body.errors[0].path]).toEqual([422, "jobIds[0]"]);
    expect((await redrive({ jobIds: [first.id], filter: {} })).status).toBe(422);
    expect((await redrive({})).status).toBe(422);
  });

  it("drives one mode again at a time", async () => {
    await parkImages(api.lab, { digests: [digestOf("shop:0")] });
    await rows("update scheduler.parked_jobs set mode = 'content-refresh'");
    await parkImages(api.lab, { digests: [digestOf("shop:1")] });
    const refused = await redrive(everything);
    expect([refused.status, refused.body.errors[0].path]).toEqual([422, "filter.mode"]);
    expect(await rows("select 1 from scheduler.parked_jobs where redriven_by is not null")).toEqual([]);
    expect((await redrive({ filter: { mode: "content-refresh" } })).body.run).toMatchObject({
      mode: "content-refresh",
    });
  });

  it("drives one pool again at a time, in that pool", async () => {
    const { runId } = await parkImages(api.lab, { digests: [digestOf("shop:0")] });
    await rows(`update scheduler.runs set pool = 'other' where run_id = '${runId}'`);
    await parkImages(api.lab, { digests: [digestOf("shop:1")] });
    const refused = await redrive(everything);
    expect([refused.status, refused.body.errors[0].path]).toEqual([422, "filter.pool"]);
    expect((await parked("?pool=other")).items).toMatchObject([{ runId }]);
    expect((await redrive({ filter: { pool: "other" } })).body).toMatchObject({
      jobs: 1,
      run: { pool: "other" },
    });
  });

  it.each(["cancelled", "failed"])("gives the jobs of a %s run back", async (how) => {
    await parkImages(api.lab);
    const { body } = await redrive(everything);
    const key = keyOf(body.run);
    await api.lab.planAndDispatch(key);
    if (how === "cancelled") {
      await cancelRun(api.lab.engine, key, "ann");
      await closeRun(api.lab.engine, key);
    } else await failRun(api.lab.engine, key, { code: "ERR_RUN_ENGINE", message: "a fault" });
    expect((await redrive(everything)).body).toMatchObject({ jobs: 4, skipped: 0 });
  });

  it("parks what fails again anew, under the run that drove it, in smaller segments", async () => {
    for (let image = 4; image < 40; image++) await api.lab.addImage(`shop:${image}`, ["pkg:npm/a@1.0.0"]);
    await parkImages(api.lab);
    const largest = async () =>
      (await rows("select max(images) as images from scheduler.parked_jobs where redriven_by is null"))[0];
    expect(await largest()).toEqual({ images: 2 });
    const { body } = await redrive(everything);
    const key = keyOf(body.run);
    await api.lab.planAndDispatch(key);
    expect(await rows(`select distinct images from scheduler.jobs where run_id = '${body.run.id}'`)).toEqual([
      { images: 1 },
    ]);
  });

  it("is started by the ticker when its caller died right after the commit", async () => {
    await parkImages(api.lab);
    api.workflows.isAway = true;
    const { body } = await redrive(everything);
    expect(
      await rows(`select workflow_started_at from scheduler.runs where run_id = '${body.run.id}'`),
    ).toEqual([{ workflow_started_at: null }]);
    expect((await redrive(everything)).body).toMatchObject({ jobs: 0, skipped: 4 });
  });
});

/** Works a dispatched run off; jobs of a run with a rate come one after the other. */
async function untilDone(run: { id: string }): Promise<void> {
  while ((await api.lab.run(keyOf(run))).jobs_open > 0) {
    await api.lab.engine.queue.tick();
    await api.lab.workAll();
    await api.lab.ingestAll();
  }
  await closeRun(api.lab.engine, keyOf(run));
}
