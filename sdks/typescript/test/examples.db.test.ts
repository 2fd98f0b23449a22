import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { startTestEngine, until } from "./test-engine.ts";

const folder = path.join(import.meta.dirname, "..");

/** Runs an example as a process of its own, as a user would. */
function runExample(name: string, env: Record<string, string>) {
  const child = spawn(
    process.execPath,
    ["--conditions=jobengine-source", path.join(folder, "examples", name)],
    {
      env: { ...process.env, ...env },
      stdio: ["ignore", "inherit", "pipe"],
    },
  );
  let log = "";
  child.stderr.on("data", (chunk: Buffer) => {
    log += chunk.toString();
  });
  const exited = new Promise<number | null>((resolve) => {
    child.once("exit", (code) => resolve(code));
  });
  return { child, exited, log: () => log };
}

test("the README's worker is the example, runs, does jobs and ends with 0 on SIGTERM", async () => {
  const source = readFileSync(path.join(folder, "examples/list-images.ts"), "utf8");
  expect(readFileSync(path.join(folder, "README.md"), "utf8")).toContain(source);
  await using engine = await startTestEngine();
  const keys = { JOBENGINE_API_URL: engine.http.apiUrl, JOBENGINE_WORKER_KEY: engine.workerKey };
  const example = runExample("list-images.ts", keys);
  engine.http.answers.push({ to: "/jobs/a/inputs", status: 200, body: { images: [{ digest: "sha256:1" }] } });
  await engine.enqueue([{ job: "a" }]);
  expect((await engine.results(1))[0]?.outcome).toMatchObject({
    status: "incomplete",
    reason: "only_listed",
  });
  example.child.kill("SIGTERM");
  expect(await example.exited).toBe(0);
  expect(example.log()).not.toContain(engine.workerKey.split("_")[2]);
});

test("a worker killed in a job leaves one crash outcome behind", async () => {
  await using engine = await startTestEngine({ leaseMs: 300, beatMs: 50 });
  const keys = { JOBENGINE_API_URL: engine.http.apiUrl, JOBENGINE_WORKER_KEY: engine.workerKey };
  const example = runExample("slow-count.ts", keys);
  await engine.enqueue([{ job: "a", kind: "count", payload: '{"upTo":100000}' }]);
  await until(async () => (await engine.valkey.hget(`${engine.keyPrefix}progress`, "a")) !== null);
  example.child.kill("SIGKILL");
  await example.exited;
  expect(await engine.results(1)).toMatchObject([
    { job: "a", reason: "lease_expired", stale: "0", outcome: { error: { class: "crash" } } },
  ]);
});
