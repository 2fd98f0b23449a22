import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { reconcile } from "../../../engine/queue/reconcile.ts";
import { createWorkerKey } from "../../../engine/worker-keys/create.ts";
import { revokeWorkerKey, shutOutRevoked } from "../../../engine/worker-keys/revoke.ts";
import { defaultPool } from "../../../model/pools/pool.ts";
import { withEngine } from "../../../store/tenant.ts";
import { insertPool } from "../../../store/pools.ts";
import { type ApiLab, createApiLab } from "../../../test/support/api-lab.ts";
import { uniqueName } from "../../../test/support/run-lab.ts";

let api: ApiLab;
/** Pools of the test's own: their users live on a server that other tests use, too. */
let shared: string;
let ours: string;
const open: Redis[] = [];
beforeEach(async () => {
  api = await createApiLab();
  [shared, ours] = [uniqueName("shared"), uniqueName("ours")];
  await withEngine(api.lab.engine.engine, async (tx, now) => {
    for (const [pool, tenant] of [
      [shared, null],
      [ours, "acme"],
    ] as const)
      await insertPool(tx, { pool, tenant, created_at: now, created_by: "test" });
  });
});
afterEach(async () => {
  for (const connection of open.splice(0)) connection.disconnect();
  const keys = await rows("select key_id from scheduler.worker_keys");
  if (keys.length > 0) await api.lab.engine.workerUsers.shutOut(keys.map(({ key_id: id }) => id as string));
  await api.close();
});

const asTenantAdmin = { "x-stellaops-scopes": "scheduler.admin" };
const rows = async (text: string) => (await api.lab.test.owner.query(text)).rows;
const create = (pool: string, headers: Record<string, string> = {}, tenant = "acme") =>
  api.send("POST", "/worker-keys", { body: { pool }, headers, tenant });
const revoke = (id: string, headers: Record<string, string> = {}, tenant = "acme") =>
  api.send("DELETE", `/worker-keys/${id}`, { headers, tenant });
const register = async (key: string) => {
  const response = await api.app.request("/api/v1/worker/register", {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({
      protocolVersions: [1],
      kinds: ["scan"],
      sdk: { language: "test", version: "0" },
      concurrency: 1,
    }),
  });
  return response.status;
};

/** Signs in to Valkey as a worker with this key does; rejects when it may not. */
async function signIn(key: string): Promise<Redis> {
  const [, id, secret] = key.split("_");
  const { host = "127.0.0.1", port = 6379 } = api.lab.queue.valkey.options;
  const own = new Redis({
    host,
    port,
    username: `wk_${id}`,
    password: secret ?? "",
    enableReadyCheck: false,
    lazyConnect: true,
    retryStrategy: () => null,
  });
  // The refusal comes as an event; what `connect` says is only that the connection was closed.
  let refusal: unknown;
  own.on("error", (error) => (refusal ??= error));
  open.push(own);
  try {
    await own.connect();
    await own.ping();
  } catch (error) {
    throw refusal ?? error;
  }
  return own;
}

it("shows a key once and keeps the hash of its secret alone", async () => {
  const keyed = { "idempotency-key": "once" };
  const first = await create(shared, keyed);
  expect(first.status).toBe(201);
  expect(first.body).toMatchObject({ pool: shared, createdBy: "ann" });
  const { id, key, ...rest } = first.body;
  expect(first.headers.get("location")).toBe(`/api/v1/scheduler/worker-keys/${id}`);
  expect(key).toMatch(new RegExp(`^wk_${id}_[0-9a-f]{64}$`));

  const again = await create(shared, keyed);
  expect([again.status, again.body]).toEqual([201, { id, ...rest }]);
  expect((await api.send("GET", `/worker-keys/${id}`)).body).toEqual({ id, ...rest });
  const { rows: everything } = await api.lab.test.owner.query(
    "select to_jsonb(k)::text as kept from scheduler.worker_keys k union all " +
      "select to_jsonb(i)::text from scheduler.idempotency_keys i union all select to_jsonb(a)::text from scheduler.audit a",
  );
  const secret = (key as string).split("_")[2]!;
  expect(everything.length).toBeGreaterThan(2);
  expect(everything.filter(({ kept }) => (kept as string).includes(secret))).toEqual([]);
  await signIn(key);
});

it("lets workers move from one key to another, and refuses a third", async () => {
  const [one, two] = [(await create(shared)).body, (await create(shared)).body];
  await Promise.all([signIn(one.key), signIn(two.key)]);
  const third = await create(shared);
  expect(third.status).toBe(409);
  expect(third.body.detail).toContain(one.id);
  expect((await revoke(one.id)).status).toBe(204);
  expect((await create(shared)).status).toBe(201);
});

it("never lets two requests at once make a third key", async () => {
  await create(shared);
  const answers = await Promise.all([1, 2, 3, 4].map(() => create(shared)));
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
  expect(answers.filter(({ status }) => status === 409)).toHaveLength(3);
});

it("shuts a revoked key out of the API and of Valkey, open connections included", async () => {
  await withEngine(api.lab.engine.engine, (tx) =>
    tx.deleteFrom("scheduler.worker_keys").where("pool", "=", defaultPool).execute(),
  );
  const { id, key } = (await create(defaultPool)).body;
  expect(await register(key)).toBe(200);
  const connection = await signIn(key);
  const closed = new Promise((resolve) => connection.once("close", resolve));
  expect((await revoke(id)).status).toBe(204);
  await closed;
  // A process believes for two seconds what it knows of a key.
  while ((await register(key)) === 200) await sleep(100);
  expect(await register(key)).toBe(401);
  await expect(signIn(key)).rejects.toThrow("WRONGPASS");
  expect((await revoke(id)).status).toBe(204);
  expect((await api.send("GET", `/worker-keys/${id}`)).body).toMatchObject({ revokedBy: "ann" });
  expect(await rows("select count(*)::int from scheduler.audit where action = 'worker-key.revoke'")).toEqual([
    { count: 1 },
  ]);
});

it("shuts out for whoever died after revoking", async () => {
  const { engine } = api.lab;
  const { id, key } = (await create(shared)).body;
  await signIn(key);
  const dying = { ...engine.workerUsers, shutOut: () => Promise.reject(new Error("killed")) };
  await revokeWorkerKey({ ...api.lab.ctx(), workerUsers: dying }, id);
  await signIn(key);
  await shutOutRevoked(engine);
  await expect(signIn(key)).rejects.toThrow("WRONGPASS");
});

it("leaves keys of shared pools to the platform, and those of a tenant's pool to its admin", async () => {
  expect((await create(shared, asTenantAdmin)).status).toBe(403);
  const { id } = (await create(ours, asTenantAdmin)).body;
  const foreign = await create(ours, asTenantAdmin, "globex");
  expect([foreign.status, foreign.body.errors]).toEqual([
    422,
    [{ path: "pool", message: "there is no such pool" }],
  ]);
  expect(
    (await api.send("GET", `/worker-keys/${id}`, { headers: asTenantAdmin, tenant: "globex" })).status,
  ).toBe(404);
  expect((await revoke(id, asTenantAdmin, "globex")).status).toBe(404);

  const { id: platformKey } = (await create(shared)).body;
  const list = async (headers: Record<string, string>, tenant = "acme") =>
    (await api.send("GET", "/worker-keys?pageSize=500", { headers, tenant })).body.items.map(
      (item: { id: string }) => item.id,
    ) as string[];
  expect(await list(asTenantAdmin)).toEqual([id]);
  expect(await list(asTenantAdmin, "globex")).toEqual([]);
  expect(await list({})).toEqual(expect.arrayContaining([id, platformKey]));
  expect((await revoke(id, asTenantAdmin)).status).toBe(204);
});

it("lets a key in with the next reconciliation when Valkey was away", async () => {
  const { engine } = api.lab;
  const away = { ...engine.workerUsers, letIn: () => Promise.reject(new Error("away")) };
  const made = await createWorkerKey(
    { ...api.lab.ctx(), workerUsers: away },
    { pool: shared, key: undefined },
  );
  const key = made.body.key ?? "";
  await expect(signIn(key)).rejects.toThrow("WRONGPASS");
  await reconcile({ ...engine, pool: shared });
  await signIn(key);
});
