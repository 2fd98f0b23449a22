import { spawn } from "node:child_process";
import { startTestEngine } from "../../typescript/test/test-engine.ts";

/** How the worker of a README is started, wherever it was installed. */
export interface InstalledWorker {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
}

/** Starts the worker of an SDK's README: it lists the image of a job, ends with 0 on SIGTERM and keeps its secret. */
export async function expectReadmeWorker(
  { command, args, cwd }: InstalledWorker,
  language: string,
): Promise<void> {
  await using engine = await startTestEngine();
  const digest = `sha256:${"a".repeat(64)}`;
  engine.http.answers.push({ to: "/jobs/a/inputs", status: 200, body: { images: [{ digest }] } });
  await engine.enqueue([{ job: "a" }]);
  const { apiUrl } = engine.http;
  const env = { ...process.env, JOBENGINE_API_URL: apiUrl, JOBENGINE_WORKER_KEY: engine.workerKey };
  const worker = spawn(command, args, { cwd, env, stdio: ["ignore", "inherit", "pipe"] });
  let log = "";
  worker.stderr.setEncoding("utf8").on("data", (text: string) => {
    log += text;
  });
  const exited = new Promise<number | null>((resolve) => worker.once("exit", resolve));
  try {
    const outcome = { status: "incomplete", reason: "only_listed" };
    expect((await engine.results(1))[0]?.outcome).toMatchObject(outcome);
    const stored = engine.http.artifacts.get("/api/v1/worker/jobs/a/artifacts/images.txt");
    expect(stored?.bytes.toString()).toBe(`${digest}\n`);
    worker.kill("SIGTERM");
    expect(await exited).toBe(0);
    expect(log).not.toContain(engine.workerKey.split("_")[2]);
    expect(engine.http.registrations).toMatchObject([{ sdk: { language }, kinds: ["scan"] }]);
  } finally {
    worker.kill("SIGKILL");
  }
}
