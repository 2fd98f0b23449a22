import { setTimeout } from "node:timers/promises";
import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expectReadmeWorker } from "../../conformance/testing/readme-worker.ts";
import { installInto, installReadmeWorker, pack, readmeWorker, run, tsc } from "../testing/install.ts";
import { startTestEngine } from "./test-engine.ts";

/** Bounds only what hangs: packages come from npm's cache or its registry. */
const limitMs = 300_000;

const folder = path.join(import.meta.dirname, "..");
const scratch = mkdtempSync(path.join(tmpdir(), "jobengine-npm-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

test(
  "the package holds compiled modules with their types, the README and nothing else",
  async () => {
    const { files } = await pack(scratch);
    const others = files.filter((name) => !/^dist\/[a-z-]+(\.d\.ts|\.js)$/.test(name));
    expect(others.toSorted()).toEqual(["README.md", "package.json"]);
    expect(files).toEqual(expect.arrayContaining(["dist/index.js", "dist/index.d.ts", "dist/prometheus.js"]));
  },
  limitMs,
);

test(
  "the README's worker runs from the package in an empty project, does a job and ends with 0 on SIGTERM",
  async () => {
    const installed = await installReadmeWorker(mkdtempSync(path.join(scratch, "worker-")));
    await expectReadmeWorker(installed, "typescript");
  },
  limitMs,
);

test(
  "a strict TypeScript project checks the README's worker and the adapters against the package's types",
  async () => {
    const project = mkdtempSync(path.join(scratch, "types-"));
    const { file } = await pack(project);
    await installInto(project, file, "@types/node@24", "prom-client@15", "@opentelemetry/api@1");
    writeFileSync(path.join(project, "worker.ts"), readmeWorker());
    writeFileSync(path.join(project, "adapters.ts"), adapters);
    const compilerOptions = {
      module: "nodenext",
      target: "es2024",
      lib: ["es2024"],
      types: ["node"],
      strict: true,
      exactOptionalPropertyTypes: true,
      noEmit: true,
    };
    writeFileSync(path.join(project, "tsconfig.json"), JSON.stringify({ compilerOptions }));
    expect(await run(project, tsc, "-p", project)).toBe("");
  },
  limitMs,
);

const adapters = `
import { createWorker } from "@jobengine/worker";
import { openTelemetryMetrics, openTelemetryTracing } from "@jobengine/worker/opentelemetry";
import { prometheusMetrics } from "@jobengine/worker/prometheus";
import { Registry } from "prom-client";

const options = { apiUrl: "http://127.0.0.1:1", workerKey: "", kinds: { scan: () => ({ found: 1 }) } };
createWorker({ ...options, metrics: prometheusMetrics(new Registry()), tracing: openTelemetryTracing() });
createWorker({ ...options, metrics: openTelemetryMetrics() });
`;

test(
  "with OpenTelemetry's own SDK the adapter shows the documented names and spans that go on with the trace",
  async () => {
    const project = mkdtempSync(path.join(scratch, "otel-"));
    const { file } = await pack(project);
    const sdk = ["sdk-trace-base", "sdk-metrics", "context-async-hooks", "core"].map(
      (name) => `@opentelemetry/${name}@2.12.0`,
    );
    await installInto(project, file, "@opentelemetry/api@1.9.0", ...sdk);
    cpSync(path.join(folder, "testing/traced-worker.ts"), path.join(project, "worker.ts"));
    await using engine = await startTestEngine({ leaseMs: 1_000, beatMs: 20 });
    const trace = { traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01" };
    await engine.enqueue([
      { job: "good", payload: JSON.stringify({ trace }) },
      { job: "bad", payload: "{}" },
    ]);
    const env = {
      ...process.env,
      JOBENGINE_API_URL: engine.http.apiUrl,
      JOBENGINE_WORKER_KEY: engine.workerKey,
    };
    const worker = spawn(process.execPath, ["worker.ts"], {
      cwd: project,
      env,
      stdio: ["ignore", "pipe", "inherit"],
    });
    let printed = "";
    worker.stdout.setEncoding("utf8").on("data", (text: string) => {
      printed += text;
    });
    const exited = new Promise((resolve) => worker.once("exit", resolve));
    await engine.results(2);
    await setTimeout(1_000); // some beats, also of a busy machine
    worker.kill("SIGTERM");
    await exited;
    const { spans, metrics } = JSON.parse(printed) as {
      spans: SeenSpan[];
      metrics: Record<string, string[]>;
    };
    const names = JSON.parse(readFileSync(path.join(folder, "../conformance/metrics.json"), "utf8")) as {
      opentelemetry: Record<string, string[]>;
    };
    // Nothing failed on the way to the queue, so that nobody counted it.
    const { "jobengine.worker.queue.failures": _, ...counted } = names.opentelemetry;
    expect(metrics).toMatchObject(counted);
    const [good, bad] = ["good", "bad"].map((job) => spans.find((span) => span.job === job));
    expect(good).toMatchObject({
      name: "job scan",
      traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
      parentSpanId: "00f067aa0ba902b7",
      isError: false,
    });
    expect(bad).toMatchObject({ name: "job scan", isError: true, exceptions: ["it broke"] });
    expect(bad).not.toHaveProperty("parentSpanId");
    const headers = engine.http.requestsTo("/of/good")[0]?.headers;
    expect(headers?.["traceparent"]).toBe(`00-${good?.traceId}-${good?.spanId}-01`);
  },
  limitMs,
);

interface SeenSpan {
  readonly job: string;
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly isError: boolean;
  readonly exceptions: readonly string[];
}
