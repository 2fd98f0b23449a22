import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import path from "node:path";
import { failuresOf } from "../conformance/testing/failures-of.ts";
import { startTestEngine } from "../typescript/test/test-engine.ts";

const folder = import.meta.dirname;
const cache = path.join(homedir(), ".cache/jobengine");
const requirements = path.join(folder, "requirements-dev.txt");
/** Bounds only what hangs: the first run installs from a registry. */
const limitMs = 600_000;

/** The first Python on the path that is new enough, and its version. */
function findPython(): { command: string; version: string } {
  const code =
    "import sys; print('.'.join(map(str, sys.version_info[:3]))); sys.exit(sys.version_info < (3, 10))";
  const names = ["python3", "python3.14", "python3.13", "python3.12", "python3.11", "python3.10", "python"];
  for (const command of names) {
    const { status, stdout } = spawnSync(command, ["-c", code], { encoding: "utf8" });
    if (status === 0) return { command, version: stdout.trim() };
  }
  throw new Error("Python is missing: install Python 3.10 or newer with venv to test sdks/python.");
}

/** Runs a program to its end and answers what it printed. @throws Error with all of it when it fails. */
async function run(
  command: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<string> {
  const child = spawn(command, args, { cwd: folder, env: { ...process.env, ...env } });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const code = await ended(child);
  if (code !== 0)
    throw new Error(`${path.basename(command)} ${args.join(" ")} ended with ${code}:\n${output}`);
  return output;
}

async function ended(child: ChildProcess): Promise<number | null> {
  return await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
}

/**
 * A venv with the pinned tools, and the wheels that the SDK needs at run time, made once for each list of
 * versions and each Python.
 */
async function toolEnvironment(): Promise<{ python: string; wheels: string }> {
  const { command, version } = findPython();
  const key = createHash("sha256")
    .update(version)
    .update(readFileSync(requirements))
    .digest("hex")
    .slice(0, 16);
  const place = path.join(cache, `python-sdk-${key}`);
  const environment = { python: path.join(place, "bin/python"), wheels: path.join(place, "wheels") };
  if (existsSync(place)) return environment;
  mkdirSync(cache, { recursive: true });
  const made = mkdtempSync(`${place}-`);
  await run(command, ["-m", "venv", made]);
  const pip = [path.join(made, "bin/python"), "-m", "pip", "--disable-pip-version-check", "--quiet"] as const;
  await run(pip[0], [...pip.slice(1), "install", "-r", requirements]);
  const wheels = ["download", "-d", path.join(made, "wheels"), "-c", requirements, "httpx", "valkey"];
  await run(pip[0], [...pip.slice(1), ...wheels]);
  // Whole or not at all. Another run may have been first: its environment is as good.
  try {
    renameSync(made, place);
  } catch (error) {
    rmSync(made, { recursive: true, force: true });
    if (!existsSync(place)) throw error;
  }
  return environment;
}

let tools: Awaited<ReturnType<typeof toolEnvironment>>;
const scratch = mkdtempSync(path.join(tmpdir(), "jobengine-python-"));

beforeAll(async () => {
  tools = await toolEnvironment();
}, limitMs);

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Nothing that a tool remembers lands in the source tree. */
function toolCaches(): Record<string, string> {
  return {
    PYTHONDONTWRITEBYTECODE: "1",
    RUFF_CACHE_DIR: path.join(cache, "ruff"),
    MYPY_CACHE_DIR: path.join(cache, "mypy"),
  };
}

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
    const dist = path.join(scratch, "dist");
    await run(tools.python, ["-m", "hatchling", "build", "-t", "wheel", "-d", dist], toolCaches());
    const wheel = path.join(dist, readdirSync(dist)[0] ?? "");
    const empty = path.join(scratch, "venv");
    await run(tools.python, ["-m", "venv", "--without-pip", empty]);
    const python = path.join(empty, "bin/python");
    const install = ["install", "--quiet", "--no-index", "--find-links", tools.wheels, wheel];
    await run(tools.python, ["-m", "pip", "--disable-pip-version-check", "--python", python, ...install]);

    await using engine = await startTestEngine();
    await engine.enqueue([{ job: "a", kind: "greet", payload: '{"name":"Ada"}' }]);
    const worker = spawn(python, ["-"], {
      cwd: scratch,
      env: { ...process.env, JOBENGINE_API_URL: engine.http.apiUrl, JOBENGINE_WORKER_KEY: engine.workerKey },
      stdio: ["pipe", "inherit", "pipe"],
    });
    let log = "";
    worker.stderr.setEncoding("utf8").on("data", (text: string) => {
      log += text;
    });
    worker.stdin.end(readmeWorker());
    const exited = ended(worker);
    try {
      expect((await engine.results(1))[0]?.outcome).toMatchObject({ result: { greeting: "Hello, Ada!" } });
      worker.kill("SIGTERM");
      expect(await exited).toBe(0);
      expect(log).not.toContain(engine.workerKey.split("_")[2]);
      expect(engine.http.registrations).toMatchObject([{ sdk: { language: "python" }, kinds: ["greet"] }]);
    } finally {
      worker.kill("SIGKILL");
    }
  },
  limitMs,
);

test(
  "the Python SDK passes the conformance suite",
  async () => {
    const words = [tools.python, path.join(folder, "examples/conformance_worker.py")].map((word) =>
      JSON.stringify(word),
    );
    const sources = JSON.stringify(path.join(folder, "src"));
    const failures = await failuresOf(
      `env PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=${sources} ${words.join(" ")}`,
    );
    expect(failures).toEqual([]);
  },
  limitMs,
);

/** The program that stands in the README. */
function readmeWorker(): string {
  const blocks = /```python\n([^]*?)```/.exec(readFileSync(path.join(folder, "README.md"), "utf8"));
  return blocks?.[1] ?? "raise SystemExit('the README has no worker')";
}

test("docs/dependencies.md has a line for every package that the SDK names itself", () => {
  const text = readFileSync(path.join(folder, "../../docs/dependencies.md"), "utf8");
  const [own = ""] = readFileSync(requirements, "utf8").split("# What those bring along.");
  const names = [...own.matchAll(/^([\w-]+)==/gm)].map((match) => match[1]);
  const rows = (text.split("## Of the Python SDK")[1] ?? "").matchAll(/^\| ([\w-]+) \|/gm);
  expect([...rows].map((row) => row[1])).toEqual(expect.arrayContaining(names));
});
