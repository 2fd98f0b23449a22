import { mkdtemp, rm } from "node:fs/promises";
import path from "node:path";
import pg from "pg";
import { type StackDescription, startStack, stopStack } from "../scripts/stack/stack.ts";

/** A stack of the bench's own and a connection to its database that sees all tenants. */
export interface BenchStack {
  readonly description: StackDescription;
  readonly sql: pg.Client;
  /** The API as tenant `bench` with every scope that the bench needs. */
  ask<T>(method: string, route: string, body?: unknown): Promise<T>;
}

/** Brings a stack up, runs the work and takes the stack down, whatever happens. */
export async function withBenchStack(work: (stack: BenchStack) => Promise<void>): Promise<void> {
  const root = path.join(import.meta.dirname, "..");
  const dataDir = await mkdtemp(path.join(root, ".jobengine-bench-"));
  const options = {
    dataDir,
    onLine: (line: string) => console.log(`  ${line}`),
    environment: { JOBENGINE_LOG_LEVEL: "warn" },
  };
  let sql: pg.Client | undefined;
  try {
    const description = await startStack(options);
    sql = new pg.Client({ connectionString: description.postgresUrl });
    await sql.connect();
    await work({ description, sql, ask: createAsk(description) });
  } finally {
    await sql?.end();
    await stopStack(options);
    await rm(dataDir, { recursive: true, force: true });
  }
}

function createAsk({ schedulerUrl }: StackDescription): BenchStack["ask"] {
  return async <T>(method: string, route: string, body?: unknown): Promise<T> => {
    const response = await fetch(`${schedulerUrl}${route}`, {
      method,
      headers: {
        "x-stellaops-tenant": "bench",
        "x-stellaops-actor": "bench",
        "x-stellaops-scopes": "scheduler.runs.read scheduler.runs.write scheduler.runs.preview",
        "content-type": "application/json",
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!response.ok)
      throw new Error(`${method} ${route} answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as T;
  };
}

/** One line of a report: a name, a number with its unit, a remark. */
export function report(name: string, value: string, remark = ""): void {
  console.log(`${name.padEnd(34)} ${value.padStart(18)}  ${remark}`);
}
