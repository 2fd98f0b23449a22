import { DefaultLogger, Runtime } from "@temporalio/worker";
import type { Log } from "../log/log.ts";

/** Sends what the Temporal SDK has to say to the process's log. To be called once, before the first worker. */
export function routeTemporalLogs(log: Log): void {
  const levels = { TRACE: "trace", DEBUG: "debug", INFO: "info", WARN: "warn", ERROR: "error" } as const;
  Runtime.install({
    logger: new DefaultLogger("INFO", ({ level, message, meta }) => {
      log[levels[level]]({ temporal: meta }, message);
    }),
    // The process stops its own way, in its own order.
    shutdownSignals: [],
  });
}
