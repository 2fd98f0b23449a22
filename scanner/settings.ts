import { z } from "zod";

const variables = z.object({
  JOBENGINE_API_URL: z.url({ protocol: /^https?$/ }).default("http://127.0.0.1:8080"),
  JOBENGINE_WORKER_KEY: z.string().regex(/^wk_[0-9a-f]{16}_[0-9a-f]{64}$/, "must be a worker key (wk_…)"),
  JOBENGINE_TRANSPORT: z.enum(["valkey", "https"]).default("valkey"),
  JOBENGINE_CA_FILE: z.string().min(1).optional(),
  JOBENGINE_WORKER_CONCURRENCY: z.coerce.number().int().min(1).max(256).default(4),
});

/** What the worker is started with. */
export interface Settings {
  readonly apiUrl: string;
  readonly workerKey: string;
  readonly concurrency: number;
  readonly transport: "valkey" | "https";
  readonly caFile?: string;
}

/**
 * Reads the environment, or says which variable is wrong and ends the process with 2. The worker knows the
 * SDK and the model only, so it has a reader of its own; docs/configuration.md describes the variables.
 */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const parsed = variables.safeParse(env);
  if (!parsed.success) {
    for (const { path, message } of parsed.error.issues)
      process.stderr.write(`${path.join(".")}: ${message}\n`);
    process.exit(2);
  }
  const {
    JOBENGINE_API_URL: apiUrl,
    JOBENGINE_WORKER_KEY: workerKey,
    JOBENGINE_CA_FILE: caFile,
  } = parsed.data;
  const { JOBENGINE_TRANSPORT: transport, JOBENGINE_WORKER_CONCURRENCY: concurrency } = parsed.data;
  return { apiUrl, workerKey, concurrency, transport, ...(caFile === undefined ? {} : { caFile }) };
}
