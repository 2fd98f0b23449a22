import { putQueue } from "../../../store/queues.ts";
import { withEngine } from "../../../store/tenant.ts";
import { type ApiLab, createApiLab } from "../../../test/support/api-lab.ts";

let api: ApiLab;
beforeAll(async () => {
  api = await createApiLab();
  for (const tenantId of ["acme", "globex"]) {
    const body = { queue: `site-of-${tenantId}`, tenantId };
    await api.send("POST", "/queues", { body });
    await withEngine(api.lab.engine.engine, (tx, now) =>
      putQueue(tx, { queue: body.queue, epoch: "ep_1", valkey_run_id: null, opened_at: now }),
    );
  }
});
afterAll(() => api.close());

const asTenantAdmin = { "x-stellaops-scopes": "scheduler.admin scheduler.runs.read" };
const because = { "x-stellaops-operator-reason": "works at the site" };
const run = (pool: string) => api.send("POST", "/runs", { body: { selection: { scope: "all" }, pool } });
const schedule = (pool: string) => ({
  name: `at ${pool}`,
  whenCron: "0 2 * * *",
  selection: { scope: "all" },
  pool,
});
const post = (pool: string) => api.send("POST", "/schedules", { body: schedule(pool) });
const shown = async (headers: Record<string, string>) =>
  (await api.send("GET", "/queues", { headers })).body.items.map(({ queue }: { queue: string }) => queue);
const noSuchPool = { status: 422, errors: [{ path: "pool", message: "there is no such pool" }] };
const seen = ({ status, body }: Awaited<ReturnType<typeof run>>) => ({ status, errors: body.errors });

it("runs in the pools of one's own and in shared ones, and says so", async () => {
  for (const pool of ["default", "site-of-acme"]) {
    const { status, body } = await run(pool);
    expect([status, body.pool]).toEqual([201, pool]);
    const kept = await api.lab.test.owner.query("select pool from scheduler.runs where run_id = $1", [
      body.id,
    ]);
    expect(kept.rows).toEqual([{ pool }]);
  }
});

it("refuses the pool of another tenant as it does an unknown one: its workers would read what they scan", async () => {
  expect(seen(await run("site-of-globex"))).toEqual(noSuchPool);
  expect(seen(await run("nowhere"))).toEqual(noSuchPool);
  expect(seen(await post("site-of-globex"))).toEqual(noSuchPool);
  const mine = await post("site-of-acme");
  expect([mine.status, mine.body.pool]).toEqual([201, "site-of-acme"]);
  const patch = (pool: string) =>
    api.send("PATCH", `/schedules/${mine.body.id}`, { body: { pool }, headers: { "if-match": "*" } });
  expect(seen(await patch("site-of-globex"))).toEqual(noSuchPool);
  expect((await patch("default")).body.pool).toBe("default");
});

it("triggers a schedule in its pool", async () => {
  const { body } = await api.send("POST", "/schedules", {
    body: { ...schedule("site-of-acme"), name: "now" },
  });
  const triggered = await api.send("POST", `/schedules/${body.id}/trigger`);
  expect(triggered.body.pool).toBe("site-of-acme");
});

it("shows a tenant's admin its own queues and the shared ones, the platform all", async () => {
  expect(await shown(asTenantAdmin)).toEqual(["default", "site-of-acme"]);
  expect(await shown({})).toEqual(["default", "site-of-acme", "site-of-globex"]);
});

const pause = (queue: string) =>
  api.send("POST", `/queues/${queue}/pause`, {
    body: { subject: { what: "queue" } },
    headers: { ...asTenantAdmin, ...because },
  });

it("lets a tenant's admin operate its own queue as a whole", async () => {
  expect((await pause("site-of-acme")).status).toBe(200);
  expect((await pause("default")).status).toBe(403);
  expect((await pause("site-of-globex")).status).toBe(404);
});
