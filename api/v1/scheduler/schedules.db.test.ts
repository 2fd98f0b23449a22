import { type ApiLab, createApiLab } from "../../../test/support/api-lab.ts";
import { drainDue } from "../../../engine/schedules/drain-due.ts";
import { tickerShards } from "../../../workflows/contract.ts";

let api: ApiLab;
beforeEach(async () => {
  api = await createApiLab();
});
afterEach(() => api.close());

const nightly = { name: "nightly", whenCron: "0 2 * * *", selection: { scope: "all" } };
const everySecond = { name: "often", whenCron: "* * * * * *", selection: { scope: "all" } };

const create = async (body: object = nightly, headers = {}, tenant = "acme") =>
  api.send("POST", "/schedules", { body, headers, tenant });
const rows = async (text: string) => (await api.lab.test.owner.query(text)).rows;
const verdicts = async (id: string) =>
  (await api.send("GET", `/schedules/${id}/fires?pageSize=500`)).body.items.map(
    (fire: { verdict: string }) => fire.verdict,
  );
async function drainAll(): Promise<void> {
  for (let shard = 0; shard < tickerShards; shard++) await drainDue(api.lab.engine, shard);
}

it("creates a schedule with its address, revision, defaults and next five fires, and audits it", async () => {
  const { status, headers, body } = await create();
  expect(status).toBe(201);
  expect(body).toMatchObject({
    ...nightly,
    selection: { scope: "all", labels: {} },
    enabled: true,
    createdBy: "ann",
  });
  expect(body.nextFires).toHaveLength(5);
  expect(body.nextFires[0]).toMatch(/T02:00:00\.000Z$/);
  expect(headers.get("location")).toBe(`/api/v1/scheduler/schedules/${body.id}`);
  expect(headers.get("etag")).toBe('"1"');
  expect(await rows("select actor, action, target_id from scheduler.audit")).toEqual([
    { actor: "ann", action: "schedule.create", target_id: body.id },
  ]);
  expect((await api.send("GET", `/schedules/${body.id}`)).body).toEqual(body);
});

it("tells the ticker of the schedule's shard about a new one", async () => {
  const { body } = await create();
  const [row] = await rows(`select shard from scheduler.schedules where schedule_id = '${body.id}'`);
  expect(api.lab.signals).toEqual([{ workflowId: `schedule-ticker/${row.shard}`, signal: "nudge" }]);
});

it("creates although Temporal is away: the ticker looks by itself", async () => {
  api.workflows.isAway = true;
  expect((await create()).status).toBe(201);
});

it("makes one schedule of any number of creates with one idempotency key", async () => {
  const first = await create(nightly, { "idempotency-key": "k1" });
  const again = await create(nightly, { "idempotency-key": "k1" });
  expect(again.body).toEqual(first.body);
  expect(again.headers.get("idempotency-replayed")).toBe("true");
  expect((await create({ ...nightly, name: "other" }, { "idempotency-key": "k1" })).status).toBe(422);
  expect(await rows("select name from scheduler.schedules")).toEqual([{ name: "nightly" }]);
});

it("refuses a name that is taken, in the tenant only", async () => {
  await create();
  const { status, body } = await create();
  expect([status, body.errors]).toEqual([409, [{ path: "name", message: "is taken" }]]);
  expect((await create(nightly, {}, "other")).status).toBe(201);
});

it("refuses what it does not honour yet, each at its field", async () => {
  const { status, body } = await create({
    ...nightly,
    jobKind: "doctor",
    pluginConfig: { mode: "full" },
    onlyIf: { policyRevision: "7" },
    limits: { ratePerSecond: 5, parallelism: 2, maxMinutes: 10 },
    pauseOnFailure: true,
    notify: { onNewFindings: true, minSeverity: "low", includeKev: false },
  });
  expect(status).toBe(422);
  expect(body.errors.map((error: { path: string }) => error.path)).toEqual([
    "jobKind",
    "pluginConfig",
    "onlyIf.policyRevision",
    "limits.ratePerSecond",
    "limits.parallelism",
    "limits.maxMinutes",
    "pauseOnFailure",
    "notify.onNewFindings",
    "notify.minSeverity",
    "notify.includeKev",
  ]);
});

it("says at the field what is wrong with cron and zone", async () => {
  const { status, body } = await create({ ...nightly, whenCron: "0 25 * * *", timezone: "Mars/Olympus" });
  expect(status).toBe(422);
  expect(body.errors.map((error: { path: string }) => error.path)).toEqual(["whenCron", "timezone"]);
});

it("needs the revision for an edit, and refuses a stale one", async () => {
  const { body } = await create();
  const edit = { body: { name: "renamed" } };
  expect((await api.send("PATCH", `/schedules/${body.id}`, edit)).status).toBe(428);
  const done = await api.send("PATCH", `/schedules/${body.id}`, { ...edit, headers: { "if-match": '"1"' } });
  expect([done.status, done.headers.get("etag"), done.body.name]).toEqual([200, '"2"', "renamed"]);
  expect(
    (await api.send("PATCH", `/schedules/${body.id}`, { ...edit, headers: { "if-match": '"1"' } })).status,
  ).toBe(412);
});

it("changes by PATCH what is given and leaves the rest; PUT replaces all", async () => {
  const { body } = await create({ ...nightly, description: "first", labels: { team: "a" } });
  const any = { "if-match": "*" };
  const patched = await api.send("PATCH", `/schedules/${body.id}`, {
    body: { labels: { team: "b" } },
    headers: any,
  });
  expect(patched.body).toMatchObject({ description: "first", labels: { team: "b" } });
  const replaced = await api.send("PUT", `/schedules/${body.id}`, { body: nightly, headers: any });
  expect(replaced.body).toMatchObject({ description: "", labels: {} });
});

it("keeps the revision of an edit that changes nothing", async () => {
  const { body } = await create();
  const same = await api.send("PUT", `/schedules/${body.id}`, {
    body: nightly,
    headers: { "if-match": "*" },
  });
  expect(same.headers.get("etag")).toBe('"1"');
  expect(await rows("select action from scheduler.audit")).toEqual([{ action: "schedule.create" }]);
});

it("refuses to rename a schedule to a name that is taken", async () => {
  await create();
  const { body } = await create({ ...nightly, name: "weekly" });
  const edit = { body: { name: "nightly" }, headers: { "if-match": "*" } };
  expect((await api.send("PATCH", `/schedules/${body.id}`, edit)).status).toBe(409);
});

it("decides what has struck under the old revision before an edit, and counts the new one from then", async () => {
  const { body } = await create(everySecond);
  api.lab.test.shiftMs = 3_000;
  const edit = { body: { whenCron: "0 2 * * *" }, headers: { "if-match": "*" } };
  const edited = await api.send("PATCH", `/schedules/${body.id}`, edit);
  const { items } = (await api.send("GET", `/schedules/${body.id}/fires`)).body;
  expect(items.length).toBeGreaterThanOrEqual(3);
  expect(new Set(items.map((fire: { scheduleRevision: number }) => fire.scheduleRevision))).toEqual(
    new Set([1]),
  );
  expect(items[0]).toMatchObject({ verdict: "started", runId: expect.stringMatching(/^run_/) });
  const [row] = await rows("select next_nominal_at from scheduler.schedules");
  expect(row.next_nominal_at.toISOString()).toBe(edited.body.nextFires[0]);
});

it("records instants as skipped while paused, and fires again after resume", async () => {
  // An instant may have fired before the pause; its run must not stand in the way.
  const { body } = await create({ ...everySecond, overlap: "allow" });
  const paused = await api.send("POST", `/schedules/${body.id}/pause`, { body: { reason: "maintenance" } });
  expect([paused.status, paused.body.enabled, paused.body.nextFires]).toEqual([200, false, []]);
  expect(await rows("select reason from scheduler.audit where action = 'schedule.pause'")).toEqual([
    { reason: "maintenance" },
  ]);
  api.lab.test.shiftMs = 2_000;
  await drainAll();
  const whilePaused = await verdicts(body.id);
  expect(whilePaused.filter((verdict: string) => verdict === "skipped_paused").length).toBeGreaterThanOrEqual(
    1,
  );
  expect((await api.send("POST", `/schedules/${body.id}/resume`)).body.enabled).toBe(true);
  api.lab.test.shiftMs = 5_000;
  await drainAll();
  expect((await verdicts(body.id))[0]).toBe("started");
});

it("pauses again without a change: no revision, no audit", async () => {
  const { body } = await create();
  await api.send("POST", `/schedules/${body.id}/pause`);
  const again = await api.send("POST", `/schedules/${body.id}/pause`);
  expect(again.headers.get("etag")).toBe('"2"');
  expect(await rows("select action from scheduler.audit order by seq")).toEqual([
    { action: "schedule.create" },
    { action: "schedule.pause" },
  ]);
});

it("triggers a manual run bound to the schedule, once for a key", async () => {
  const { body } = await create({ ...nightly, limits: { maxImages: 7 }, enabled: false });
  const headers = { "idempotency-key": "t1" };
  const run = await api.send("POST", `/schedules/${body.id}/trigger`, { headers });
  expect(run.status).toBe(201);
  expect(run.body).toMatchObject({ scheduleId: body.id, trigger: "manual", state: "planning" });
  expect(run.headers.get("location")).toBe(`/api/v1/scheduler/runs/${run.body.id}`);
  expect((await api.send("POST", `/schedules/${body.id}/trigger`, { headers })).body.id).toBe(run.body.id);
  expect(api.started).toEqual([`run/acme/${run.body.id}`]);
  expect(await rows("select class, request->>'maxImages' as max from scheduler.runs")).toEqual([
    { class: "interactive", max: "7" },
  ]);
});

it("previews the fires that will fire, and what a run would cover", async () => {
  await api.lab.addImage("shop:1", ["pkg:npm/lodash@4.17.20"]);
  await api.lab.addImage("bare:1", null);
  const { name: _, ...unnamed } = nightly;
  const preview = await api.send("POST", "/schedules/preview", { body: unnamed });
  expect(preview.status).toBe(200);
  expect(preview.body).toMatchObject({ images: 2, planned: 2, fresh: 0, withoutSbom: 1 });
  const { body } = await create();
  expect(preview.body.nextFires).toEqual(body.nextFires);
  const run = await api.lab.complete(await api.lab.createRun());
  expect(preview.body.digest).toBe(run.impact_digest);
  expect((await api.send("POST", "/schedules/preview", { body: unnamed })).body).toMatchObject({
    planned: 1,
    fresh: 1,
  });
});

it("tells the coming instants with their jitter, as the ticker keeps them", async () => {
  const { body } = await create({ ...nightly, jitterSeconds: 600 });
  const { fires } = (await api.send("GET", `/schedules/${body.id}/next?count=3`)).body;
  expect(fires.map((fire: { nominalAt: string }) => fire.nominalAt)).toEqual(body.nextFires.slice(0, 3));
  const [row] = await rows("select next_due_at from scheduler.schedules");
  expect(fires[0].dueAt).toBe(row.next_due_at.toISOString());
});

it("lists by enabled, label, name prefix and kind, in pages", async () => {
  for (const name of ["a-1", "a-2", "b-1"]) {
    await create({ ...nightly, name, enabled: name !== "a-2", labels: { team: name.slice(0, 1) } });
  }
  const names = async (query: string) =>
    (await api.send("GET", `/schedules?${query}`)).body.items.map((item: { name: string }) => item.name);
  expect(await names("enabled=true")).toEqual(["a-1", "b-1"]);
  expect(await names("label=team%3Da")).toEqual(["a-1", "a-2"]);
  expect(await names("namePrefix=b")).toEqual(["b-1"]);
  expect(await names("jobKind=doctor")).toEqual([]);
  const first = (await api.send("GET", "/schedules?pageSize=2")).body;
  expect(await names(`pageSize=2&pageToken=${first.nextPageToken}`)).toEqual(["b-1"]);
  expect((await api.send("GET", "/schedules?label=nonsense")).status).toBe(422);
});

it("pages through the fire ledger, newest first, by verdict", async () => {
  const { body } = await create({ ...everySecond, overlap: "allow" });
  api.lab.test.shiftMs = 4_000;
  await drainAll();
  const path = `/schedules/${body.id}/fires`;
  const all = (await api.send("GET", path)).body.items;
  const first = (await api.send("GET", `${path}?pageSize=2`)).body;
  const second = (await api.send("GET", `${path}?pageSize=2&pageToken=${first.nextPageToken}`)).body;
  expect([...first.items, ...second.items]).toEqual(all.slice(0, 4));
  expect(all[0].nominalAt > all[1].nominalAt).toBe(true);
  expect((await api.send("GET", `${path}?verdict=skipped_paused`)).body.items).toEqual([]);
});

it("decides what has struck before it deletes; the ledger keeps it", async () => {
  const { body } = await create(everySecond);
  api.lab.test.shiftMs = 2_000;
  expect((await api.send("DELETE", `/schedules/${body.id}`, { headers: { "if-match": '"9"' } })).status).toBe(
    412,
  );
  expect((await api.send("DELETE", `/schedules/${body.id}`)).status).toBe(204);
  expect((await api.send("GET", `/schedules/${body.id}`)).status).toBe(404);
  expect((await rows("select verdict from scheduler.fires")).length).toBeGreaterThanOrEqual(2);
});

it("answers for another tenant's schedule as for an unknown one", async () => {
  const { body } = await create();
  const foreign = { tenant: "other", headers: { "if-match": "*" } };
  for (const [method, path, more] of [
    ["GET", "", {}],
    ["PUT", "", { body: nightly }],
    ["PATCH", "", { body: { name: "x" } }],
    ["DELETE", "", {}],
    ["POST", "/pause", {}],
    ["POST", "/resume", {}],
    ["POST", "/trigger", {}],
    ["GET", "/fires", {}],
    ["GET", "/next", {}],
  ] as const) {
    const answer = await api.send(method, `/schedules/${body.id}${path}`, { ...foreign, ...more });
    expect([method, path, answer.status]).toEqual([method, path, 404]);
  }
  expect((await api.send("GET", "/schedules", { tenant: "other" })).body.items).toEqual([]);
  expect((await api.send("GET", `/schedules/${body.id}`)).body.name).toBe("nightly");
});
