import { spawn } from "node:child_process";
import { closeSync, fstatSync, mkdirSync, openSync, readFileSync } from "node:fs";
import path from "node:path";
import { pause } from "./interrupt.ts";
import { isAlive, startMark } from "./process-identity.ts";
import { lastLines } from "./run-command.ts";
import { StackError } from "./stack-error.ts";
import type { Stoppable } from "./stop-process.ts";
import type { LaunchPlan } from "./servers/server.ts";

/** A started process and where its log is. */
export interface StartedProcess {
  readonly process: Stoppable;
  readonly logFile: string;
  /** Where in the file its own lines begin; those of earlier starts stand before. */
  readonly logOffset: number;
}

/**
 * Starts a process that outlives us unless we stop it: in a process group of its own, so that Ctrl-C in the
 * terminal does not reach it, with its output in a log file. Answers as soon as it exists.
 */
export function startProcess(title: string, plan: LaunchPlan, logFile: string): StartedProcess {
  mkdirSync(path.dirname(logFile), { recursive: true });
  const log = openSync(logFile, "a", 0o600);
  try {
    const logOffset = fstatSync(log).size;
    const child = spawn(plan.command, plan.args, {
      env: { ...environmentWithoutOurs(), ...plan.env },
      ...(plan.uid === undefined ? {} : { uid: plan.uid }),
      ...(plan.gid === undefined ? {} : { gid: plan.gid }),
      detached: true,
      stdio: ["ignore", log, log],
    });
    child.on("error", () => {}); // No pid tells it below.
    child.unref();
    if (child.pid === undefined) throw new StackError(`${title}: ${plan.command} cannot be started.`);
    const { stopSignal, container } = plan;
    const mark = startMark(child.pid) ?? "ended";
    return { process: { pid: child.pid, startMark: mark, stopSignal, container }, logFile, logOffset };
  } finally {
    closeSync(log);
  }
}

/** A process is told our variables by its plan alone: what else is set here was meant for this command. */
function environmentWithoutOurs(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("JOBENGINE_")));
}

/** How long a server may take until it answers; a cold disk is slow, a minute is a fault. */
const readyTimeoutMs = 60_000;

/** Waits until `check` succeeds. A process that ends meanwhile, or takes too long, is an error with its last words. */
export async function waitUntilReady(
  title: string,
  one: StartedProcess,
  check: () => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  const deadline = Date.now() + readyTimeoutMs;
  let why = "";
  const isReady = () =>
    check().then(
      () => true,
      (error: unknown) => {
        why = error instanceof Error ? error.message : "no answer";
        return false;
      },
    );
  for (let waitMs = 25; ; waitMs = Math.min(waitMs * 2, 400)) {
    signal?.throwIfAborted();
    const ready = await isReady();
    if (!isAlive(one.process))
      throw new StackError(`${title} ended at once: ${lastWords(one)} (log: ${one.logFile})`);
    if (ready) return;
    if (Date.now() > deadline) {
      const seconds = readyTimeoutMs / 1000;
      throw new StackError(`${title} is not ready after ${seconds} s: ${why} (log: ${one.logFile})`);
    }
    await pause(waitMs, signal);
  }
}

function lastWords({ logFile, logOffset }: StartedProcess): string {
  try {
    const words = readFileSync(logFile).subarray(logOffset).toString("utf8").slice(-4_000);
    return lastLines(words, 4) || "it wrote nothing";
  } catch {
    return "it wrote nothing";
  }
}
