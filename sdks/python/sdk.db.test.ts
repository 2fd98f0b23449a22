import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expectReadmeWorker } from "../conformance/testing/readme-worker.ts";
import { transports } from "../conformance/runner/scenario.ts";
import { failuresOf } from "../conformance/testing/failures-of.ts";
import { expectTls } from "../conformance/testing/over-tls.ts";
import {
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
    const installed = await installReadmeWorker(scratch);
    await expectReadmeWorker(installed, "python");
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
