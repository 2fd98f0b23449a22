import { readFileSync } from "node:fs";
import path from "node:path";
import { Registry } from "prom-client";
import { type JobEnd, type Metrics, Permanent } from "../src/index.ts";
import { prometheusMetrics } from "../src/prometheus.ts";
import { startTestEngine, until } from "./test-engine.ts";

const names = JSON.parse(
  readFileSync(path.join(import.meta.dirname, "../../conformance/metrics.json"), "utf8"),
) as { prometheus: Record<string, string[]> };

test("prom-client shows the documented names and labels, and the counts are right", async () => {
  await using engine = await startTestEngine({ leaseMs: 1_000, beatMs: 20 });
  const registry = new Registry();
  engine.work(
    {
      scan: (job) => {
        if (job.id === "bad") throw new Permanent("no");
      },
    },
    { metrics: prometheusMetrics(registry) },
  );
  await engine.enqueue([{ job: "a" }, { job: "b" }, { job: "bad" }]);
  await engine.results(3);
  const valueOf = async (name: string, labels: Record<string, string>) => {
    const metric = await registry.getSingleMetric(name)?.get();
    const isIt = (value: { labels: object }) =>
      Object.entries(labels).every(([key, text]) => (value.labels as Record<string, unknown>)[key] === text);
    return metric?.values.find(isIt)?.value;
  };
  await until(
    async () => ((await valueOf("jobengine_worker_outcomes_total", { verdict: "accepted" })) ?? 0) === 3,
  );
  await until(async () =>
    (await registry.metrics()).includes('beat_duration_seconds_count{answered="true"}'),
  );
  const all = await registry.getMetricsAsJSON();
  const shown = Object.fromEntries(
    all.map(({ name, values }) => [
      name,
      [...new Set((values as { labels: object }[]).flatMap(({ labels }) => Object.keys(labels)))]
        .filter((label) => label !== "le")
        .sort(),
    ]),
  );
  expect(shown).toEqual(names.prometheus);
  const jobs = "jobengine_worker_jobs_total";
  expect(await valueOf(jobs, { kind: "scan", end: "succeeded", error_class: "" })).toBe(2);
  expect(await valueOf(jobs, { kind: "scan", end: "failed", error_class: "permanent" })).toBe(1);
  expect(await valueOf("jobengine_worker_jobs_running", { kind: "scan" })).toBe(0);
  expect(await valueOf("jobengine_worker_registrations_total", {})).toBe(1);
});

test("a job that is lost, and one that is given back, end as that", async () => {
  await using engine = await startTestEngine({ leaseMs: 1_000, beatMs: 20 });
  const ends: [JobEnd, string][] = [];
  const metrics: Metrics = { jobEnded: (_kind, end, errorClass) => void ends.push([end, errorClass]) };
  let started = 0;
  const scan = async (_job: unknown, { signal }: { signal: AbortSignal }) => {
    started += 1;
    await new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("stopped"))));
  };
  const { worker, ended } = engine.work({ scan }, { metrics, drainGraceMs: 1 });
  await engine.enqueue([{ job: "a" }]);
  await until(() => started === 1);
  await engine.call("je_close", 1);
  await until(() => ends.length === 1);
  await engine.open();
  await engine.enqueue([{ job: "b" }]);
  await until(() => started === 2);
  worker.stop();
  await ended;
  expect(ends).toEqual([
    ["lost", ""],
    ["released", ""],
  ]);
});

test("metrics that throw are left alone, and the job goes on", async () => {
  await using engine = await startTestEngine();
  const told: string[] = [];
  let calls = 0;
  const metrics: Metrics = {
    jobStarted() {
      calls += 1;
      throw new Error("counter broke");
    },
  };
  engine.work({ scan: () => "done" }, { metrics, log: (_level, message) => void told.push(message) });
  await engine.enqueue([{ job: "a" }, { job: "b" }]);
  expect(await engine.results(2)).toMatchObject([
    { outcome: { result: "done" } },
    { outcome: { result: "done" } },
  ]);
  expect(calls).toBe(1);
  expect(told).toContain("the metrics threw and are switched off");
});

const trace = {
  traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
  tracestate: "congo=1",
};

test("the trace of a payload is the job's, and goes with its calls to the API", async () => {
  await using engine = await startTestEngine();
  engine.work({
    scan: async (job, { api }) => {
      await api.get(`/api/v1/of/${job.id}`);
      return { trace: job.traceContext ?? null };
    },
  });
  const payloads = {
    a: { trace },
    b: { trace: { ...trace, traceparent: "nonsense" } },
    c: { trace: "x" },
    d: 7,
  };
  for (const [job, payload] of Object.entries(payloads))
    await engine.enqueue([{ job, payload: JSON.stringify(payload) }]);
  const results = await engine.results(4);
  const traces = Object.fromEntries(results.map(({ job, outcome }) => [job, outcome]));
  expect(traces).toMatchObject({ a: { result: { trace } }, b: { result: { trace: null } } });
  expect(traces).toMatchObject({ c: { result: { trace: null } }, d: { result: { trace: null } } });
  const headersOf = (job: string) => engine.http.requestsTo(`/of/${job}`)[0]?.headers;
  expect(headersOf("a")).toMatchObject(trace);
  expect(headersOf("b")).not.toHaveProperty("traceparent");
});
