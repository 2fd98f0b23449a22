import { startMark } from "../../scripts/stack/process-identity.ts";
import { mustRun, runCommand } from "../../scripts/stack/run-command.ts";

const sh = (script: string) => ({ command: "/bin/sh", args: ["-c", script] });

test("answers the exit code and what was printed", async () => {
  await expect(runCommand(sh("echo out; echo err >&2; exit 3"))).resolves.toMatchObject({
    code: 3,
    stdout: "out\n",
    output: expect.stringMatching(/err/) as string,
  });
});

test("a failure tells the last lines", async () => {
  await expect(mustRun(sh("echo broken pipe; exit 1"))).rejects.toThrow(
    "/bin/sh ended with code 1: broken pipe",
  );
});

test("a command that is not there is an error, not a crash", async () => {
  await expect(runCommand({ command: "/no/such/program", args: [] })).rejects.toThrow(/cannot be run/);
});

test("an abort ends the command with its children and rejects with the reason", async () => {
  const abort = new AbortController();
  const script = "sleep 300 & echo $!; trap '' TERM; wait; wait";
  const run = runCommand({ ...sh(`${script} >&2`), signal: abort.signal });
  setTimeout(() => abort.abort(new Error("enough")), 100);
  await expect(run).rejects.toThrow("enough");
});

test("a command that takes too long is stopped", async () => {
  const run = await runCommand({ ...sh("sleep 300 & echo $!; wait"), timeoutMs: 100 });
  expect(run.code).not.toBe(0);
  expect(startMark(Number(run.stdout))).toBeUndefined();
});
