import type { AuditDocument } from "../../../engine/audit/list.ts";
import type { Engine } from "../../../engine/context.ts";
import { emptyApp } from "../../../platform/http/testing/sample-app.ts";
import { appendAudit } from "../../../store/audit.ts";
import { withTenant } from "../../../store/tenant.ts";
import { createTestDatabase, type TestDatabase } from "../../../test/support/database.ts";
import { mountAudit } from "./audit.ts";
import { mountAuditVerify } from "./audit/verify.ts";

const { app } = emptyApp();
let database: TestDatabase;

/** Five entries of acme, a day apart, two of them by bob; one of beta. */
beforeAll(async () => {
  database = await createTestDatabase();
  const engine = { app: database.app } as Engine;
  mountAudit(app, engine);
  mountAuditVerify(app, engine);
  for (let n = 1; n <= 5; n++) await append("acme", n);
  await append("beta", 9);
});
afterAll(() => database.drop());

function append(tenant: string, n: number): Promise<void> {
  return withTenant(database.app, tenant, (tx) =>
    appendAudit(tx, tenant, {
      at: new Date(`2026-05-0${n}T08:00:00.000Z`),
      actor: n % 2 === 0 ? "bob" : "ann",
      action: n === 5 ? "image.delete" : "schedule.pause",
      targetKind: n === 5 ? "image" : "schedule",
      targetId: `target_${n % 3}`,
      details: { n },
      ...(n === 1 && { reason: "because", ticket: "OPS-1" }),
      requestId: `req_${n}`,
    }),
  );
}

interface Body {
  items: AuditDocument[];
  nextPageToken?: string;
  detail?: string;
}

async function ask(query: string, { tenant = "acme", scopes = "scheduler.admin", verify = false } = {}) {
  const response = await app.request(`/api/v1/scheduler/audit${verify ? "/verify" : ""}?${query}`, {
    headers: { "x-stellaops-tenant": tenant, "x-stellaops-actor": "ann", "x-stellaops-scopes": scopes },
  });
  return { status: response.status, body: (await response.json()) as Body };
}

test.each([
  ["pageSize=500", [5, 4, 3, 2, 1]],
  ["actor=bob", [4, 2]],
  ["action=image.delete", [5]],
  ["targetKind=schedule&targetId=target_1", [4, 1]],
  ["targetId=target_2", [5, 2]],
  ["from=2026-05-02T08:00:00Z&to=2026-05-04T08:00:00Z", [3, 2]],
  ["from=2026-05-04T10:00:00%2B02:00", [5, 4]],
  ["actor=nobody", []],
])("%s lists the newest first", async (query, seqs) => {
  expect((await ask(query)).body.items.map(({ seq }) => seq)).toEqual(seqs);
});

test("an entry is shown whole", async () => {
  const { body } = await ask("to=2026-05-01T09:00:00Z");
  expect(body.items).toEqual([
    {
      seq: 1,
      at: "2026-05-01T08:00:00.000Z",
      actor: "ann",
      action: "schedule.pause",
      targetKind: "schedule",
      targetId: "target_1",
      details: { n: 1 },
      reason: "because",
      ticket: "OPS-1",
      requestId: "req_1",
      previousHash: "0".repeat(64),
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    },
  ]);
});

test("pages follow each other and hold to their filter and tenant", async () => {
  const seqs: number[] = [];
  let token: string | undefined;
  do {
    const { body } = await ask(`pageSize=2${token === undefined ? "" : `&pageToken=${token}`}`);
    seqs.push(...body.items.map(({ seq }) => seq));
    token = body.nextPageToken;
  } while (token !== undefined);
  expect(seqs).toEqual([5, 4, 3, 2, 1]);
  const first = (await ask("pageSize=2")).body.nextPageToken;
  expect((await ask(`actor=bob&pageToken=${first}`)).status).toBe(422);
  expect((await ask(`pageToken=${first}`, { tenant: "beta" })).status).toBe(422);
});

test("a tenant sees and verifies its own chain only", async () => {
  expect((await ask("", { tenant: "beta" })).body.items.map(({ details }) => details)).toEqual([{ n: 9 }]);
  expect((await ask("", { tenant: "beta", verify: true })).body).toMatchObject({ ok: true, entries: 1 });
  expect((await ask("", { verify: true })).body).toMatchObject({ ok: true, entries: 5, head: { seq: 5 } });
  expect((await ask("", { tenant: "nobody", verify: true })).body).toEqual({ ok: true, entries: 0 });
});

test.each(["from=yesterday", "actor=", "actor=%00", "verbose=1", "to=2026-13-01T00:00:00Z", "pageToken=x"])(
  "%s is refused",
  async (query) => {
    const { status, body } = await ask(query);
    expect(body.detail).toEqual(expect.any(String));
    expect([400, 422]).toContain(status);
  },
);

test("both routes need scheduler.admin", async () => {
  expect((await ask("", { scopes: "scheduler.runs.read" })).status).toBe(403);
  expect((await ask("", { scopes: "scheduler.runs.read", verify: true })).status).toBe(403);
});
