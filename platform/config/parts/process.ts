import type { z } from "zod";
import { choice, seconds } from "../values.ts";
import { variable } from "../variable.ts";

export const environment = variable(
  "JOBENGINE_ENVIRONMENT",
  "Where the process runs. Told to logs; changes nothing else.",
  choice(["development", "production", "test"]).default("production"),
);

export const shutdownGraceSeconds = variable(
  "JOBENGINE_SHUTDOWN_GRACE_SECONDS",
  "How long a process that was asked to stop lets requests and work in flight end.",
  seconds(0, 3600).default(20),
);

/** What every process has. */
export const processPart = { environment, shutdownGraceSeconds } satisfies Record<string, z.ZodType>;
