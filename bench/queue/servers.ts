import { rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import path from "node:path";
import { startServers } from "../../scripts/stack/stack.ts";
import { startOwnServer } from "../../sdks/conformance/engine/own-server.ts";

/** Servers of the bench's own, on the loopback. */
export interface BenchServers {
  readonly postgresUrl: string;
  /** An empty Valkey, of the stack's program and with its settings, that ends with the work. */
  withValkey<T>(work: (url: string) => Promise<T>): Promise<T>;
}

/** Brings the servers up, runs the work and takes them down, whatever happens. */
export async function withBenchServers(work: (servers: BenchServers) => Promise<void>): Promise<void> {
  const dataDir = await mkdtemp(path.join(import.meta.dirname, "../../.jobengine-bench-"));
  process.once("exit", () => rmSync(dataDir, { recursive: true, force: true }));
  const servers = await startServers({ dataDir, which: ["postgres", "valkey"], onLine: tell });
  try {
    await work({
      postgresUrl: servers.postgresAdminUrl,
      async withValkey(work) {
        const folder = await mkdtemp(path.join(dataDir, "valkey-"));
        const durable = ["--appendonly", "yes", "--appendfsync", "everysec", "--dir", folder];
        const own = await startOwnServer(servers.valkeyUrl, ...durable);
        if (own === undefined)
          throw new Error("The bench needs a Valkey program on this machine, not in a container.");
        try {
          return await work(own.url);
        } finally {
          await own[Symbol.asyncDispose]();
          await rm(folder, { recursive: true, force: true });
        }
      },
    });
  } finally {
    await servers.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

function tell(line: string): void {
  console.log(`  ${line}`);
}
