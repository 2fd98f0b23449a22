import { defaultPool } from "../model/pools/pool.ts";
import { pingDatabase } from "../store/ping.ts";
import type { OpenEngine } from "./open-engine.ts";

/** One question to each server that engine verbs need, by name; each rejects when its server is away. */
export function readinessChecks({ engine, temporal }: OpenEngine): Record<string, () => Promise<unknown>> {
  return {
    postgres: () => Promise.all([pingDatabase(engine.app), pingDatabase(engine.engine)]),
    valkey: () => engine.queues.of(defaultPool).stats(),
    temporal: () => temporal.connection.workflowService.getSystemInfo({}),
    blobs: () => engine.blobs.check(),
  };
}
