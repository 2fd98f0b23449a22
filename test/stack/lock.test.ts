import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { once } from "node:events";
import { withLock } from "../../scripts/stack/lock.ts";

const folder = mkdtempSync(path.join(tmpdir(), "jobengine-lock-"));
const file = path.join(folder, "lock");
const holders: ChildProcess[] = [];
afterEach(() => holders.splice(0).forEach((child) => child.kill("SIGKILL")));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Another process that holds the lock until it is killed. */
async function holder(): Promise<{ kill: () => void }> {
  const code = `
    const { DatabaseSync } = require("node:sqlite");
    new DatabaseSync(${JSON.stringify(file)}).exec("pragma journal_mode = memory; begin exclusive");
    console.log("held");
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["-e", code], { stdio: ["ignore", "pipe", "inherit"] });
  holders.push(child);
  await once(child.stdout, "data");
  return { kill: () => child.kill("SIGKILL") };
}

test("waits for the process that holds the lock, and gets it when that is killed", async () => {
  const other = await holder();
  const order: string[] = [];
  const onWait = () => {
    order.push("waits");
    other.kill();
  };
  await withLock(file, { onWait }, async () => {
    order.push("works");
  });
  expect(order).toEqual(["waits", "works"]);
});

test("one after the other within a process, too", async () => {
  let working = 0;
  let most = 0;
  const work = () =>
    withLock(file, { onWait: () => {} }, async () => {
      most = Math.max(most, (working += 1));
      await new Promise((resolve) => setTimeout(resolve, 5));
      working -= 1;
    });
  await Promise.all([work(), work(), work()]);
  expect(most).toBe(1);
});

test("a lock on a file that was deleted meanwhile is taken anew", async () => {
  let other: Promise<void> | undefined;
  let isOtherDone = false;
  await withLock(file, { onWait: () => {} }, async () => {
    other = withLock(file, { onWait: () => {} }, async () => {
      isOtherDone = true;
    });
    rmSync(file);
    expect(isOtherDone).toBe(false);
  });
  await other;
  expect(isOtherDone).toBe(true);
});

test("gives up waiting when it is aborted, and what fails releases the lock", async () => {
  const other = await holder();
  const abort = new AbortController();
  const onWait = () => abort.abort(new Error("enough"));
  await expect(withLock(file, { onWait, signal: abort.signal }, async () => {})).rejects.toThrow("enough");
  other.kill();
  const failing = withLock(file, { onWait: () => {} }, () => Promise.reject(new Error("failed")));
  await expect(failing).rejects.toThrow("failed");
  await withLock(file, { onWait: () => {} }, async () => {});
});
