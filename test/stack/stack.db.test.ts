import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { startMark } from "../../scripts/stack/process-identity.ts";

jest.setTimeout(120_000);

const main = path.join(__dirname, "../../scripts/stack/main.ts");
const folder = mkdtempSync(path.join(tmpdir(), "jobengine-stack-"));
const dataDir = path.join(folder, "data");

interface Answer {
  readonly code: number | null;
  readonly json: {
    readonly pids: Record<string, number>;
    readonly valkeyUrl: string;
    readonly isRunning: boolean;
    readonly stopped: string[];
  };
  readonly said: string;
}

/** Runs a verb of the stack in the test's data folder, with `--json`. `interruptAfterMs` sends it Ctrl-C. */
async function stack(
  verb: string,
  options: { readonly flags?: readonly string[]; readonly interruptAfterMs?: number } = {},
): Promise<Answer> {
  // Servers that a developer has named for his own stack are no business of this test.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => name === "JOBENGINE_CACHE_DIR" || !name.startsWith("JOBENGINE_"),
    ),
  );
  const args = [main, verb, "--json", "--data-dir", dataDir, ...(options.flags ?? [])];
  const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  const output = { stdout: "", stderr: "" };
  child.stdout.on("data", (data) => (output.stdout += String(data)));
  child.stderr.on("data", (data) => (output.stderr += String(data)));
  const timer =
    options.interruptAfterMs === undefined
      ? undefined
      : setTimeout(() => child.kill("SIGINT"), options.interruptAfterMs);
  const [code] = (await once(child, "close")) as [number | null];
  clearTimeout(timer);
  const json = JSON.parse(output.stdout || "{}") as Answer["json"];
  return { code, json, said: output.stderr };
}

const password = (url: string) => new URL(url).password;

const up = (options: Parameters<typeof stack>[1] = {}) =>
  stack("up", { ...options, flags: ["--servers-only", ...(options.flags ?? [])] });

/** Processes that have to do with the data folder, by their command lines. */
function processesOfTheFolder(): string[] {
  return readdirSync("/proc").filter((name) => {
    try {
      const isOurs = readFileSync(`/proc/${name}/cmdline`, "utf8").includes(folder);
      return isOurs && startMark(Number(name)) !== undefined;
    } catch {
      return false;
    }
  });
}

afterEach(async () => {
  await stack("reset", { flags: ["--yes"] });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("up starts the servers, a second up says that they run, down stops them and keeps the data", async () => {
  const first = await up();
  expect(first.code).toBe(0);
  expect(Object.keys(first.json.pids)).toEqual(["postgres", "valkey", "temporal"]);
  const second = await up();
  expect(second.said).toContain("already runs");
  expect(second.json).toEqual(first.json);
  expect((await stack("status")).json.isRunning).toBe(true);

  const stopped = await stack("down");
  expect(stopped.json.stopped).toEqual(["postgres", "valkey", "temporal"]);
  expect(processesOfTheFolder()).toEqual([]);
  expect(existsSync(path.join(dataDir, "postgres", "data", "PG_VERSION"))).toBe(true);
});

test("passwords are kept for their owner's eyes and survive down", async () => {
  const first = await up();
  await stack("down");
  const second = await up();
  expect(password(second.json.valkeyUrl)).toBe(password(first.json.valkeyUrl));
  for (const file of ["secrets.json", "stack.json", "valkey/valkey.conf"]) {
    expect(statSync(path.join(dataDir, file)).mode & 0o077).toBe(0);
  }
});

test("a server that was killed is told by status and started again by up, on its port", async () => {
  const first = await up();
  process.kill(first.json.pids["valkey"] ?? 0, "SIGKILL");
  const found = await stack("status");
  expect(found.code).toBe(1);
  expect(found.said).toMatch(/Valkey \S+ +gone/);
  const again = await up();
  expect(again.json.pids["postgres"]).toBe(first.json.pids["postgres"]);
  expect(again.json.pids["valkey"]).not.toBe(first.json.pids["valkey"]);
  expect(again.json.valkeyUrl).toBe(first.json.valkeyUrl);
  expect((await stack("down")).json.stopped).toEqual(["postgres", "valkey", "temporal"]);
});

test("a stack whose processes were all killed comes up again", async () => {
  const first = await up();
  for (const pid of Object.values(first.json.pids)) process.kill(pid, "SIGKILL");
  const again = await up();
  expect(again.code).toBe(0);
  expect((await stack("status")).json.isRunning).toBe(true);
});

test("two ups at once make one stack", async () => {
  const [one, other] = await Promise.all([up(), up()]);
  expect(one.json).toEqual(other.json);
  expect([one.code, other.code]).toEqual([0, 0]);
});

test("a port that is taken is refused with the flag that helps", async () => {
  const taken = new URL(process.env["TEST_VALKEY_URL"] ?? "").port;
  const refused = await up({ flags: ["--port-valkey", taken] });
  expect(refused.code).toBe(1);
  expect(refused.said).toContain(`Port ${taken} is in use. Ask for another with --port-valkey`);
});

test.each([30, 300, 600, 900, 1200, 1600])(
  "Ctrl-C after %i ms leaves no process behind",
  async (interruptAfterMs) => {
    const { code } = await up({ interruptAfterMs });
    // On a fast machine it may have come up before: then it stays, as `up` promises.
    if (code === 0) await stack("down");
    expect(processesOfTheFolder()).toEqual([]);
    expect(existsSync(path.join(dataDir, "stack.json"))).toBe(false);
  },
);
