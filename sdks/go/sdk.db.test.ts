import { spawn, spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { failuresOf } from "../conformance/testing/failures-of.ts";
import { startTestEngine } from "../typescript/test/test-engine.ts";

const folder = import.meta.dirname;
const modulePath = "github.com/jobengine/jobengine/sdks/go";

/** Compiling on a busy machine with empty caches may take long; what it compiled has its own time limits. */
const limitMs = 300_000;

beforeAll(() => {
  if (spawnSync("go", ["version"]).error) {
    throw new Error("Go is missing: install Go 1.24 or newer (https://go.dev/dl) to test sdks/go.");
  }
});

/** Runs a tool of Go and answers what it printed. @throws Error with all of it when it fails. */
async function run(cwd: string, tool: "go" | "gofmt", ...args: string[]): Promise<string> {
  const child = spawn(tool, args, {
    cwd,
    // Without cgo no C compiler is needed.
    env: { ...process.env, CGO_ENABLED: "0" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const code = await new Promise<number | null>((resolve) => {
    child.once("close", resolve);
  });
  if (code !== 0) throw new Error(`${tool} ${args.join(" ")} ended with ${code}:\n${output}`);
  return output;
}

test(
  "the Go SDK is formatted, vetted and passes its own tests on the test servers",
  async () => {
    expect(await run(folder, "gofmt", "-l", ".")).toBe("");
    await run(folder, "go", "vet", "./...");
    const output = await run(folder, "go", "test", "-count=1", "-vet=off", "-v", "./...");
    expect(output).not.toContain("--- SKIP");
  },
  limitMs,
);

test(
  "the README's worker builds in a module of its own, does a job and ends with 0 on SIGTERM",
  async () => {
    const own = mkdtempSync(path.join(tmpdir(), "jobengine-go-"));
    try {
      copyFileSync(path.join(folder, "examples/greeter/main.go"), path.join(own, "main.go"));
      await run(own, "go", "mod", "init", "example.com/greeter");
      await run(
        own,
        "go",
        "mod",
        "edit",
        `-require=${modulePath}@v0.0.0`,
        `-replace=${modulePath}=${folder}`,
      );
      await run(own, "go", "mod", "tidy");
      await run(own, "go", "build", "-o", "greeter", ".");
      await greet(path.join(own, "greeter"));
    } finally {
      rmSync(own, { recursive: true, force: true });
    }
  },
  limitMs,
);

test(
  "the Go SDK passes the conformance suite",
  async () => {
    const own = mkdtempSync(path.join(tmpdir(), "jobengine-go-"));
    try {
      const program = path.join(own, "conformanceworker");
      await run(folder, "go", "build", "-o", program, "./cmd/conformanceworker");
      expect(await failuresOf(JSON.stringify(program))).toEqual([]);
    } finally {
      rmSync(own, { recursive: true, force: true });
    }
  },
  limitMs,
);

async function greet(program: string): Promise<void> {
  await using engine = await startTestEngine();
  await engine.enqueue([{ job: "a", kind: "greet", payload: '{"name":"Ada"}' }]);
  const worker = spawn(program, {
    env: { ...process.env, JOBENGINE_API_URL: engine.http.apiUrl, JOBENGINE_WORKER_KEY: engine.workerKey },
    stdio: ["ignore", "inherit", "pipe"],
  });
  let log = "";
  worker.stderr.setEncoding("utf8").on("data", (text: string) => {
    log += text;
  });
  const exited = new Promise<number | null>((resolve) => {
    worker.once("exit", (code) => resolve(code));
  });
  try {
    expect((await engine.results(1))[0]?.outcome).toMatchObject({ result: { greeting: "Hello, Ada!" } });
    worker.kill("SIGTERM");
    expect(await exited).toBe(0);
    expect(log).not.toContain(engine.workerKey.split("_")[2]);
  } finally {
    worker.kill("SIGKILL");
  }
}
