import { spawnSync } from "node:child_process";
import path from "node:path";
import { appendAudit } from "../../store/audit.ts";
import { readChain, readChainEnd } from "../../store/audit-chain.ts";
import { withTenant } from "../../store/tenant.ts";
import { createTestDatabase, type TestDatabase } from "../../test/support/database.ts";
import { type ChainVerdict, entryHash, verifyChain } from "./verify-chain.ts";
import { verifyAuditOf } from "./verify.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

/** Appends entries as verbs do. */
async function append(tenant: string, count: number): Promise<void> {
  for (let n = 1; n <= count; n++) {
    await withTenant(database.app, tenant, (tx, at) =>
      appendAudit(tx, tenant, {
        at,
        actor: "ann",
        action: "schedule.pause",
        targetKind: "schedule",
        targetId: `sch_${n}`,
        details: { z: n, a: [1.5, null, { é: "ß" }], text: 'quote " and \n line' },
        ...(n % 2 === 0 && { reason: "because", ticket: "OPS-1" }),
        requestId: `req_${n}`,
      }),
    );
  }
}

let tenants = 0;

/** A chain of six entries, changed by somebody who may change everything, then verified. */
async function tampered(...statements: string[]): Promise<ChainVerdict> {
  const tenant = `tampered-${++tenants}`;
  await append(tenant, 6);
  for (const statement of statements) await database.owner.query(statement, [tenant]);
  return verifyAuditOf({ engine: database.engine }, tenant);
}

test("a chain as verbs write it is whole, and one without entries too", async () => {
  await append("whole", 5);
  expect(await verifyAuditOf({ engine: database.engine }, "whole")).toEqual({
    entries: 5,
    ok: true,
    head: { seq: 5, hash: expect.stringMatching(/^[0-9a-f]{64}$/) },
  });
  expect(await verifyAuditOf({ engine: database.engine }, "nobody")).toEqual({ entries: 0, ok: true });
});

test.each([
  ["details", "details = '{}'"],
  ["the actor", "actor = 'bob'"],
  ["the action", "action = 'schedule.delete'"],
  ["the target", "target_id = 'sch_9'"],
  ["the time", "at = at + interval '1 millisecond'"],
  ["the reason", "reason = null"],
  ["the ticket", "ticket = 'OPS-2'"],
  ["the request", "request_id = 'x'"],
])("a change of %s is found at its entry", async (_what, change) => {
  const verdict = await tampered(`update scheduler.audit set ${change} where tenant_id = $1 and seq = 4`);
  expect(verdict).toMatchObject({ ok: false, entries: 3, firstBroken: { seq: 4 } });
  expect(verdict.firstBroken?.why).toContain("content");
});

test("an entry with another hash or another link is found at once", async () => {
  const rehashed = await tampered(
    `update scheduler.audit set hash = repeat('0', 64) where tenant_id = $1 and seq = 3`,
  );
  expect(rehashed.firstBroken?.seq).toBe(3);
  const relinked = await tampered(
    `update scheduler.audit set previous_hash = repeat('1', 64) where tenant_id = $1 and seq = 3`,
  );
  expect(relinked.firstBroken).toEqual({ seq: 3, why: expect.stringContaining("follow") });
});

test.each([
  [3, { seq: 4, why: expect.stringContaining("follow") }],
  [6, { seq: 6, why: expect.stringContaining("head") }],
])("a change of entry %i that brings a hash that fits is found behind it", async (seq, firstBroken) => {
  const tenant = `forged-${seq}`;
  await append(tenant, 6);
  const [row] = await withTenant(database.app, tenant, (tx) => readChain(tx, tenant, seq - 1, 1));
  if (row === undefined) throw new Error("The entry is not there.");
  const hash = entryHash(tenant, { ...row, actor: "bob" });
  await database.owner.query(
    "update scheduler.audit set actor = 'bob', hash = $2 where tenant_id = $1 and seq = $3",
    [tenant, hash, seq],
  );
  expect((await verifyAuditOf({ engine: database.engine }, tenant)).firstBroken).toEqual(firstBroken);
});

/** Gives an entry another place in the chain. */
function move(from: number, to: number): string {
  return `update scheduler.audit set seq = ${to} where tenant_id = $1 and seq = ${from}`;
}

test("two entries that changed places are found at the first of them", async () => {
  const verdict = await tampered(move(2, 100), move(3, 2), move(100, 3));
  expect(verdict).toMatchObject({ ok: false, firstBroken: { seq: 2 } });
});

test.each([1, 3, 6])("the deletion of entry %i of six is found there", async (seq) => {
  const verdict = await tampered(`delete from scheduler.audit where tenant_id = $1 and seq = ${seq}`);
  expect(verdict).toMatchObject({ ok: false, entries: seq - 1, firstBroken: { seq, why: "is missing" } });
});

test("the deletion of all entries is found by the head that is left", async () => {
  const verdict = await tampered("delete from scheduler.audit where tenant_id = $1");
  expect(verdict).toMatchObject({ ok: false, entries: 0, firstBroken: { seq: 1, why: "is missing" } });
});

test("a head that was changed, put back or removed is found", async () => {
  expect(
    await tampered("update scheduler.audit_heads set hash = repeat('2', 64) where tenant_id = $1"),
  ).toMatchObject({ ok: false, entries: 6, firstBroken: { seq: 6, why: expect.stringContaining("head") } });
  expect(
    await tampered(
      `update scheduler.audit_heads h set seq = a.seq, hash = a.hash from scheduler.audit a
        where h.tenant_id = $1 and a.tenant_id = $1 and a.seq = 4`,
    ),
  ).toMatchObject({ ok: false, entries: 4, firstBroken: { seq: 5 } });
  expect(await tampered("delete from scheduler.audit_heads where tenant_id = $1")).toMatchObject({
    ok: false,
    firstBroken: { seq: 1, why: expect.stringContaining("no head") },
  });
});

test("an entry that was put behind the head is found", async () => {
  const verdict = await tampered(
    `insert into scheduler.audit select tenant_id, 7, at, actor, action, target_kind, target_id, details, reason, ticket,
       request_id, hash, hash from scheduler.audit where tenant_id = $1 and seq = 6`,
  );
  expect(verdict).toMatchObject({ ok: false, entries: 6, firstBroken: { seq: 7 } });
});

test("a chain is walked batch by batch, and entries appended meanwhile do not break it", async () => {
  await append("walked", 7);
  const sizes: number[] = [];
  const verdict = await verifyChain({
    tenant: "walked",
    end: () => withTenant(database.app, "walked", (tx) => readChainEnd(tx, "walked")),
    async next(afterSeq) {
      if (sizes.length === 1) await append("walked", 3);
      const rows = await withTenant(database.app, "walked", (tx) => readChain(tx, "walked", afterSeq, 2));
      sizes.push(rows.length);
      return rows;
    },
  });
  expect(verdict).toMatchObject({ ok: true, entries: 7, head: { seq: 7 } });
  expect(sizes).toEqual([2, 2, 2, 2]);
});

test("the script names each chain and ends with 1 when one is broken", async () => {
  await append("script-whole", 2);
  await append("script-broken", 2);
  await database.owner.query(
    "update scheduler.audit set actor = 'bob' where tenant_id = 'script-broken' and seq = 2",
  );
  const run = (...tenants: string[]) =>
    spawnSync(process.execPath, [path.join(__dirname, "../../scripts/verify-audit.ts"), ...tenants], {
      env: { ...process.env, JOBENGINE_DATABASE_ENGINE_URL: database.urls.engine },
      encoding: "utf8",
    });
  const whole = run("script-whole");
  expect([whole.status, whole.stdout]).toEqual([
    0,
    expect.stringMatching(/^script-whole: ok, 2 entries, head 2 /),
  ]);
  const all = run();
  expect(all.status).toBe(1);
  expect(all.stdout).toContain("script-broken: BROKEN at 2");
  expect(all.stdout).toContain("script-whole: ok");
});
