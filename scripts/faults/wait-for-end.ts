import { setTimeout as sleep } from "node:timers/promises";
import { isAlive } from "../stack/process-identity.ts";

/** Returns when a process that was killed is gone. */
export async function waitForEnd(one: { readonly pid: number; readonly startMark: string }): Promise<void> {
  while (isAlive(one)) await sleep(10);
}
