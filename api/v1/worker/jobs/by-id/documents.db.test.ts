import { mintWorkerKey } from "../../../../../engine/worker-keys/mint.ts";
import { defaultPool } from "../../../../../model/pools/pool.ts";
import { type ApiLab, createApiLab } from "../../../../../test/support/api-lab.ts";
import { withEngine } from "../../../../../store/tenant.ts";

/** What workers may read: the documents of a job that is open, of its tenant alone, with its key's pool. */
let api: ApiLab;
let key: string;
const jobs = new Map<string, { job: string; attempt: number; runId: string; sbom: string }>();

beforeAll(async () => {
  api = await createApiLab();
  key = await mint(defaultPool);
  for (const tenant of ["acme", "globex"]) {
    await api.lab.addImage(
      `web:${tenant}`,
      ["pkg:npm/lodash@4.17.20", `pkg:npm/${tenant}-own@1.0.0`],
      tenant,
    );
    await api.send("POST", "/advisories", {
      tenant,
      body: {
        id: `${tenant}-1`,
        modified: "2026-01-01T00:00:00Z",
        affected: [{ package: { ecosystem: "npm", name: "lodash" }, versions: ["4.17.20"] }],
      },
    });
    const run = await api.lab.createRun({ selection: { scope: "all" }, force: true }, { tenant });
    await api.lab.planAndDispatch(run);
    const [item] = (await api.lab.queue.queue.listRun(run.runId, null, 1)).items;
    const { job, attempt } = item ?? { job: "", attempt: 0 };
    const { images } = (await ask(key, job, "inputs", { attempt })).body;
    jobs.set(tenant, { job, attempt, runId: run.runId, sbom: images[0].sbom });
  }
});
afterAll(() => api.close());

async function mint(pool: string): Promise<string> {
  const { engine } = api.lab;
  return await mintWorkerKey({ database: engine.engine, workerUsers: engine.workerUsers }, pool);
}

async function ask(workerKey: string, job: string, what: string, body: object) {
  const response = await api.app.request(`/api/v1/worker/jobs/${job}/${what}`, {
    method: "POST",
    headers: { authorization: `Bearer ${workerKey}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  // oxlint-disable-next-line typescript/no-explicit-any
  return { status: response.status, body: (await response.json()) as any };
}

const of = (tenant: string) => jobs.get(tenant)!;

/** Every read of a job, with what it asks for. */
function reads(tenant: string) {
  const { attempt, sbom } = of(tenant);
  return [
    ["inputs", { attempt }],
    ["sboms", { attempt, digests: [sbom] }],
    ["advisories/index", { attempt, keys: ["npm|lodash"] }],
    ["advisories", { attempt, digests: [sbom] }],
  ] as const;
}

test("a job of one tenant opens no document of another, whatever is asked for by it", async () => {
  const [own, other] = [of("acme"), of("globex")];
  const { attempt } = own;
  const sboms = (await ask(key, own.job, "sboms", { attempt, digests: [own.sbom, other.sbom] })).body.sboms;
  expect(sboms.map(({ digest }: { digest: string }) => digest)).toEqual([own.sbom]);

  const indexOf = async (tenant: string) => {
    const { job, attempt: at } = of(tenant);
    const { keys } = (await ask(key, job, "advisories/index", { attempt: at, keys: ["npm|lodash"] })).body;
    return keys["npm|lodash"].map(({ digest }: { digest: string }) => digest) as string[];
  };
  const [ours, theirs] = [await indexOf("acme"), await indexOf("globex")];
  expect(ours.filter((digest) => theirs.includes(digest))).toEqual([]);
  const asked = { attempt, digests: [...ours, ...theirs] };
  const { advisories } = (await ask(key, own.job, "advisories", asked)).body;
  expect(advisories.map(({ digest }: { digest: string }) => digest)).toEqual(ours);
});

test.each([
  ["another attempt", async () => [key, of("acme").job, 1] as const],
  ["a job that nobody has", async () => [key, `job_${"0".repeat(32)}`, 0] as const],
  ["a key of another pool", async () => [await mint("elsewhere"), of("acme").job, 0] as const],
])("%s opens nothing", async (_what, ask_) => {
  const [workerKey, job, later] = await ask_();
  for (const [what, body] of reads("acme")) {
    const { status } = await ask(workerKey, job, what, { ...body, attempt: body.attempt + later });
    expect([what, status]).toEqual([what, 404]);
  }
});

test("a job that has ended, and one whose run was cancelled, open nothing", async () => {
  await withEngine(api.lab.engine.engine, async (tx) => {
    await tx
      .updateTable("scheduler.runs")
      .set({ cancel_requested_at: new Date() })
      .where("run_id", "=", of("acme").runId)
      .execute();
  });
  const raw = api.lab.queue.worker("w");
  const ending = (await raw.claim(10)).jobs.filter(({ job }) => job === of("globex").job);
  expect(ending).toHaveLength(1);
  for (const job of ending) await raw.settle([job], await api.lab.scan(job));
  await api.lab.ingestAll();
  for (const tenant of ["acme", "globex"]) {
    for (const [what, body] of reads(tenant)) {
      expect([tenant, what, (await ask(key, of(tenant).job, what, body)).status]).toEqual([
        tenant,
        what,
        404,
      ]);
    }
  }
});
