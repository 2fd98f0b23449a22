import { defaultPool } from "../../model/pools/pool.ts";
import { watermarksOfKind } from "../../model/watermarks/watermark.ts";
import { createRunLab, type RunLab } from "../../test/support/run-lab.ts";
import { listWatermarks } from "../watermarks/list.ts";
import { resetWatermark } from "../watermarks/reset.ts";
import type { JobRequest } from "./open-job.ts";
import { advanceWatermark, readWatermark } from "./watermarks.ts";

let lab: RunLab;
/** Two open jobs of `acme`, one of `globex`. */
let [first, second, foreign]: [JobRequest, JobRequest, JobRequest] = [none(), none(), none()];
beforeAll(async () => {
  lab = await createRunLab();
  const jobs = [];
  for (const tenant of ["acme", "acme", "globex"]) {
    await lab.addImage(`web:${tenant}`, ["pkg:npm/lodash@4.17.20"], tenant);
    const run = await lab.createRun({ selection: { scope: "all" }, force: true }, { tenant });
    await lab.planAndDispatch(run);
    const [item] = (await lab.queue.queue.listRun(run.runId, null, 1)).items;
    jobs.push({ ...none(), jobId: item?.job ?? "", attempt: item?.attempt ?? 0 });
  }
  [first, second, foreign] = jobs as [JobRequest, JobRequest, JobRequest];
});
afterAll(() => lab.close());
beforeEach(() => lab.test.owner.query("delete from scheduler.watermarks"));

function none(): JobRequest {
  return { worker: { keyId: "0".repeat(16), pool: defaultPool ?? "" }, jobId: "", attempt: 0 };
}

const advance = (job: JobRequest, from: string | null, to: string, name = "w") =>
  advanceWatermark(lab.engine, { ...job, name, move: { from, to, monotone: false } });

test("starts empty, moves from what was read, and tells who was faster how it stands", async () => {
  expect(await readWatermark(lab.engine, { ...first, name: "w" })).toEqual({
    kind: "scan",
    name: "w",
    value: null,
    revision: 0,
  });
  expect(await advance(first, null, "1")).toMatchObject({
    advanced: true,
    watermark: { value: "1", revision: 1, movedBy: first.jobId },
  });
  expect(await advance(second, null, "2")).toMatchObject({ advanced: false, watermark: { value: "1" } });
  expect(await advance(second, "1", "2")).toMatchObject({
    advanced: true,
    watermark: { value: "2", revision: 2 },
  });
  expect(await readWatermark(lab.engine, { ...first, name: "w" })).toMatchObject({ value: "2" });
});

test("a move whose answer was lost may be repeated by its job, and by no other", async () => {
  await advance(first, null, "1");
  await advance(first, "1", "2");
  expect(await advance(first, "1", "2")).toMatchObject({ advanced: true, watermark: { revision: 2 } });
  expect(await advance(second, "1", "2")).toMatchObject({ advanced: false, watermark: { revision: 2 } });
});

test("of many who move from the same value at once, one succeeds", async () => {
  await advance(first, null, "0");
  const moves = Array.from({ length: 12 }, (_, i) => advance(i % 2 === 0 ? first : second, "0", `to ${i}`));
  const won = (await Promise.all(moves)).filter(({ advanced }) => advanced);
  expect(won).toHaveLength(1);
  expect(await readWatermark(lab.engine, { ...first, name: "w" })).toEqual(won[0]?.watermark);
});

test("the tenant is the job's: another's watermark of the same name is another one", async () => {
  await advance(first, null, "ours");
  expect(await readWatermark(lab.engine, { ...foreign, name: "w" })).toMatchObject({ value: null });
  expect(await advance(foreign, null, "theirs")).toMatchObject({ advanced: true });
  expect(await readWatermark(lab.engine, { ...first, name: "w" })).toMatchObject({ value: "ours" });
});

test("an attempt that is not open, or of another queue, finds nothing", async () => {
  const notFound = { code: "not_found" };
  await expect(advance({ ...first, attempt: first.attempt + 1 }, null, "1")).rejects.toMatchObject(notFound);
  const worker = { ...first.worker, pool: "other" };
  await expect(readWatermark(lab.engine, { ...first, worker, name: "w" })).rejects.toMatchObject(notFound);
});

test("one kind has no more of them than the limit, and what is there still moves", async () => {
  await lab.test.owner.query(
    `insert into scheduler.watermarks (tenant_id, kind, name, value, moved_at, revision)
     select 'acme', 'scan', 'n' || n, '0', now(), 1 from generate_series(1, $1) n`,
    [watermarksOfKind],
  );
  await expect(advance(first, null, "1", "more")).rejects.toMatchObject({ code: "conflict" });
  expect(await advance(first, "0", "1", "n7")).toMatchObject({ advanced: true });
  expect(await advance(foreign, null, "1", "more")).toMatchObject({ advanced: true });
});

const operator = (reason?: string) => {
  const ctx = lab.ctx();
  return { ...ctx, caller: { ...ctx.caller, note: reason === undefined ? {} : { reason } } };
};

test("an operator sends one back with a reason, and who was about to move it is told", async () => {
  await advance(first, null, "1");
  const back = { kind: "scan", name: "w", value: null };
  await expect(resetWatermark(operator(), back)).rejects.toMatchObject({ code: "invalid" });
  expect(await resetWatermark(operator("read it all again"), back)).toMatchObject({
    value: null,
    revision: 2,
    movedBy: "ann",
  });
  expect(await advance(first, "1", "2")).toMatchObject({ advanced: false, watermark: { value: null } });
  expect(await advance(first, null, "2")).toMatchObject({ advanced: true, watermark: { revision: 3 } });
  const { rows } = await lab.test.owner.query(
    "select reason, details from scheduler.audit where action = 'watermark.reset'",
  );
  expect(rows).toEqual([
    { reason: "read it all again", details: expect.objectContaining({ from: "1", to: null }) },
  ]);
});

const list = (tenant: string) =>
  listWatermarks(lab.ctx(tenant), { kind: undefined, after: undefined, limit: 9 });

test("operators see their tenant's own only", async () => {
  await advance(first, null, "1");
  await advance(foreign, null, "1");
  expect(await list("acme")).toMatchObject([{ tenant_id: "acme", name: "w" }]);
  expect(await list("globex")).toMatchObject([{ tenant_id: "globex" }]);
});
