import { defaultPool } from "../../../../model/pools/pool.ts";
import { createHash } from "node:crypto";
import { mintWorkerKey } from "../../../../engine/worker-keys/mint.ts";
import { annOf, type ApiLab, createApiLab } from "../../../../test/support/api-lab.ts";

let api: ApiLab;
let workerKey: string;
/** An open job of the tenant `acme`, at its first attempt. */
let job: string;
beforeAll(async () => {
  api = await createApiLab();
  const { lab } = api;
  await lab.addImage("web:1", ["pkg:npm/lodash@4.17.20"]);
  workerKey = await mintWorkerKey(
    { database: lab.engine.engine, workerUsers: lab.engine.workerUsers },
    defaultPool,
  );
  const run = await lab.createRun();
  await lab.planAndDispatch(run);
  job = (await lab.queue.queue.listRun(run.runId, null, 1)).items[0]?.job ?? "";
});
afterAll(() => api.close());

const text = "matched 201 components\n";
const digest = `sha256:${createHash("sha256").update(text).digest("hex")}`;

async function store(name: string, body: string, type = "text/plain"): Promise<Response> {
  return api.app.request(`/api/v1/worker/jobs/${job}/artifacts/${name}?attempt=1`, {
    method: "PUT",
    headers: { authorization: `Bearer ${workerKey}`, "content-type": type },
    body,
  });
}

const download = (path: string, headers: Record<string, string> = {}, tenant = "acme") =>
  api.app.request(path, { headers: { ...annOf(tenant), ...headers } });

test("what a worker stored is listed, and its uri leads to the same bytes, as a file to be saved", async () => {
  const stored = (await (await store("log.txt", text)).json()) as { uri: string };
  expect(stored).toMatchObject({ name: "log.txt", digest, bytes: text.length });
  const { body } = await api.send("GET", `/jobs/${job}/artifacts`);
  expect(body.items).toMatchObject([
    { name: "log.txt", attempt: 1, uri: stored.uri, digest, bytes: text.length, mime: "text/plain" },
  ]);
  const answer = await download(stored.uri);
  expect(await answer.text()).toBe(text);
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    "content-type": "text/plain",
    "content-length": String(text.length),
    "content-disposition": 'attachment; filename="log.txt"',
    "content-digest": `sha-256=:${createHash("sha256").update(text).digest("base64")}:`,
    "x-content-type-options": "nosniff",
    etag: `"${digest}"`,
  });
  expect((await download(stored.uri, { "if-none-match": `"${digest}"` })).status).toBe(304);
});

test("the same bytes again are the same artifact, others under its name are a conflict", async () => {
  const first = await (await store("twice.txt", text)).json();
  expect(await (await store("twice.txt", text)).json()).toEqual(first);
  expect((await store("twice.txt", "other")).status).toBe(409);
});

test("lists go page by page", async () => {
  for (const name of ["a.txt", "b.txt", "c.txt"]) await store(name, name);
  const names: string[] = [];
  for (let token = ""; ;) {
    const { body } = await api.send("GET", `/jobs/${job}/artifacts?pageSize=2${token}`);
    names.push(...body.items.map(({ name }: { name: string }) => name));
    if (body.nextPageToken === undefined) break;
    token = `&pageToken=${encodeURIComponent(body.nextPageToken)}`;
  }
  expect(names).toEqual(names.toSorted());
  expect(names).toEqual(expect.arrayContaining(["a.txt", "b.txt", "c.txt"]));
});

test("a type that a browser would run is refused", async () => {
  expect((await store("page.html", "<script>", "text/html")).status).toBe(415);
});

test("a foreign tenant finds neither the list nor the bytes", async () => {
  await store("secret.txt", text);
  expect((await api.send("GET", `/jobs/${job}/artifacts`, { tenant: "globex" })).status).toBe(404);
  const path = `/api/v1/scheduler/jobs/${job}/artifacts/secret.txt`;
  expect((await download(path)).status).toBe(200);
  expect((await download(path, {}, "globex")).status).toBe(404);
  expect((await download(`${path}?attempt=2`)).status).toBe(404);
});
