import { setTimeout as sleep } from "node:timers/promises";
import { DomainError } from "../../model/errors.ts";
import { isLostConnection } from "../../platform/lost-connection.ts";
import type { Log } from "../../platform/log/log.ts";

const pauseMs = 1_000;

/**
 * Does what a process needs before it is ready, and waits while a server is away: a process may be started before
 * its servers are, and must not have to be started again. @throws what is no such thing, and when it shall stop
 */
export async function onceThere<T>(log: Log, stopping: Promise<unknown>, work: () => Promise<T>): Promise<T> {
  let isStopping = false;
  const stopped = stopping.then(() => (isStopping = true));
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const isAway = error instanceof DomainError ? error.code === "unavailable" : isLostConnection(error);
      if (!isAway || isStopping) throw error;
      log.warn({ err: error }, "Not ready: a server is away.");
      await Promise.race([sleep(pauseMs), stopped]);
    }
  }
}
