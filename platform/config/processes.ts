import type { z } from "zod";
import { migrateConfig } from "./migrate.ts";
import { scanWorkerConfig } from "./scan-worker.ts";
import { schedulerWebConfig } from "./scheduler-web.ts";
import { schedulerWorkerConfig } from "./scheduler-worker.ts";
import { listVariables } from "./variable.ts";

/** Every process and its configuration schema. */
export const processSchemas = {
  "scheduler-web": schedulerWebConfig,
  "scheduler-worker": schedulerWorkerConfig,
  "scan-worker": scanWorkerConfig,
  migrate: migrateConfig,
} as const satisfies Record<string, z.ZodType>;

/** What `npm run up` and its kin read from the environment; processes that they start inherit it. */
export const stackVariables: Readonly<Record<string, string>> = {
  JOBENGINE_CACHE_DIR: "Where downloaded server binaries are kept; `~/.cache/jobengine` without it.",
};

/** Every variable name that starts with `JOBENGINE_` and means something. */
export function knownNames(): ReadonlySet<string> {
  const names = Object.values(processSchemas).flatMap((schema) =>
    listVariables(schema).map(({ name }) => name),
  );
  return new Set([...names, ...Object.keys(stackVariables)]);
}
