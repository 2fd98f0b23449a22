import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { transports } from "../conformance/runner/scenario.ts";
import { failuresOf } from "../conformance/testing/failures-of.ts";
import { expectTls } from "../conformance/testing/over-tls.ts";
import { startTestEngine } from "../typescript/test/test-engine.ts";
import {
  ended,
  folder,
  installReadmeWorker,
  requirements,
  run,
  toolCaches,
  toolEnvironment,
} from "./testing/install.ts";

/** Bounds only what hangs: the first run installs from a registry. */
const limitMs = 600_000;

let tools: Awaited<ReturnType<typeof toolEnvironment>>;
const scratch = mkdtempSync(path.join(tmpdir(), "jobengine-python-"));

beforeAll(async () => {
  tools = await toolEnvironment();
}, limitMs);

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

test(
  "the Python SDK is formatted, linted and typed",
  async () => {
    await run(tools.python, ["-m", "ruff", "format", "--check", "."], toolCaches());
    await run(tools.python, ["-m", "ruff", "check", "."], toolCaches());
    await run(tools.python, ["-m", "mypy", "--strict"], toolCaches());
  },
  limitMs,
);

test(
  "the Python SDK passes its own tests on the test servers, none is skipped",
  async () => {
    const output = await run(tools.python, ["-m", "pytest", "-n", "4"], toolCaches());
    expect(output).toMatch(/^\d+ passed/m);
    expect(output).not.toMatch(/skipped/);
  },
  limitMs,
);

test(
  "the README's worker runs from the wheel in an empty environment, does a job and ends with 0 on SIGTERM",
  async () => {
    const { command, args, cwd } = await installReadmeWorker(scratch);
    await using engine = await startTestEngine();
    const digest = `sha256:${"a".repeat(64)}`;
    engine.http.answers.push({ to: "/jobs/a/inputs", status: 200, body: { images: [{ digest }] } });
    await engine.enqueue([{ job: "a" }]);
    const worker = spawn(command, args, {
      cwd,
      env: { ...process.env, JOBENGINE_API_URL: engine.http.apiUrl, JOBENGINE_WORKER_KEY: engine.workerKey },
      stdio: ["ignore", "inherit", "pipe"],
    });
    let log = "";
    worker.stderr.setEncoding("utf8").on("data", (text: string) => {
      log += text;
    });
    const exited = ended(worker);
    try {
      expect((await engine.results(1))[0]?.outcome).toMatchObject({ reason: "only_listed" });
      const stored = engine.http.artifacts.get("/api/v1/worker/jobs/a/artifacts/images.txt");
      expect(stored?.bytes.toString()).toBe(`${digest}\n`);
      worker.kill("SIGTERM");
      expect(await exited).toBe(0);
      expect(log).not.toContain(engine.workerKey.split("_")[2]);
      expect(engine.http.registrations).toMatchObject([{ sdk: { language: "python" }, kinds: ["scan"] }]);
    } finally {
      worker.kill("SIGKILL");
    }
  },
  limitMs,
);

test.each(transports)(
  "the Python SDK passes the conformance suite over %s",
  async (transport) => {
    expect(await failuresOf(conformanceWorker(), transport)).toEqual([]);
  },
  limitMs,
);

test(
  "the Python SDK works by TLS over both transports, and says what mends a certificate that it refuses",
  async () => {
    await expectTls(conformanceWorker(), { caFile: /ca_file/, address: /api_url/ });
  },
  limitMs,
);

/** The command that starts the conformance worker from its sources. */
function conformanceWorker(): string {
  const words = [tools.python, path.join(folder, "examples/conformance_worker.py")].map((word) =>
    JSON.stringify(word),
  );
  const sources = JSON.stringify(path.join(folder, "src"));
  return `env PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=${sources} ${words.join(" ")}`;
}

test("docs/dependencies.md has a line for every package that the SDK names itself", () => {
  const text = readFileSync(path.join(folder, "../../docs/dependencies.md"), "utf8");
  const [own = ""] = readFileSync(requirements, "utf8").split("# What those bring along.");
  const names = [...own.matchAll(/^([\w-]+)==/gm)].map((match) => match[1]);
  const rows = (text.split("## Of the Python SDK")[1] ?? "").matchAll(/^\| ([\w-]+) \|/gm);
  expect([...rows].map((row) => row[1])).toEqual(expect.arrayContaining(names));
});
