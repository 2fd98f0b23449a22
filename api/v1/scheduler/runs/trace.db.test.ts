import { type ApiLab, createApiLab } from "../../../../test/support/api-lab.ts";

let api: ApiLab;
beforeAll(async () => {
  api = await createApiLab();
  await api.lab.addImage("web:1", ["pkg:npm/lodash@4.17.20"]);
});
afterAll(() => api.close());

const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/** Asks for a run with these headers and puts its one job on the queue. */
async function runWith(headers: Record<string, string>): Promise<{ tenant: string; runId: string }> {
  const body = { selection: { scope: "all" }, force: true };
  const answer = await api.send("POST", "/runs", { body, headers });
  expect(answer.status).toBe(201);
  const run = { tenant: "acme", runId: answer.body.id as string };
  await api.lab.planAndDispatch(run);
  return run;
}

async function claim() {
  const worker = api.lab.queue.worker("w1");
  const [job] = (await worker.claim(1)).jobs;
  return { worker, job: job!, payload: JSON.parse(job!.payload) as { trace?: unknown } };
}

test("a run carries the trace of its request to the worker, and to that of the next attempt", async () => {
  const run = await runWith({ traceparent, tracestate: "congo=1" });
  const { worker, job, payload } = await claim();
  expect(payload.trace).toEqual({ traceparent, tracestate: "congo=1" });
  const error = { class: "rate_limited", message: "later", retryAfterSeconds: 0 };
  await worker.settle([job], { status: "failed", error });
  await api.lab.ingestAll();
  await api.lab.planAndDispatch(run);
  await api.lab.engine.queue.tick();
  const again = await claim();
  expect(again).toMatchObject({ job: { job: job.job, attempt: 2 }, payload: { trace: payload.trace } });
  await worker.settle([again.job], await api.lab.scan(again.job));
});

test("a trace that is none is as good as absent, and no error", async () => {
  await runWith({ traceparent: "00-nonsense", tracestate: "congo=1" });
  const { worker, job, payload } = await claim();
  expect(payload).not.toHaveProperty("trace");
  await worker.settle([job], await api.lab.scan(job));
});

test("a long tracestate is cut between members, and the message still fits into the queue", async () => {
  const members = Array.from({ length: 60 }, (_, i) => `vendor${i}=${"x".repeat(40)}`);
  await runWith({ traceparent, tracestate: members.join(",") });
  const { trace } = (await claim()).payload as { trace: { tracestate: string } };
  expect(members.join(",")).toContain(trace.tracestate);
  expect(trace.tracestate.length).toBeLessThanOrEqual(512);
});
