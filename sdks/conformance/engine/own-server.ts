import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { Redis } from "ioredis";
import { until } from "./until.ts";

/** A Valkey server that a scenario may flush, kill and restart; it keeps nothing on disk. */
export interface OwnServer extends AsyncDisposable {
  readonly url: string;
  /** Kills it and starts an empty one at the same port, without functions and users. */
  restart(): Promise<void>;
}

const live = new Set<ChildProcess>();
process.on("exit", () => {
  for (const server of live) server.kill("SIGKILL");
});

/**
 * Starts a server of the same program that the shared one runs (the server tells where it lies), so that what
 * destroys never touches the shared one. Answers undefined when the program is not on this machine.
 */
export async function startOwnServer(
  sharedUrl: string,
  ...settings: readonly string[]
): Promise<OwnServer | undefined> {
  const program = await programOf(sharedUrl);
  if (program === undefined) return undefined;
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  const flags = [
    "--port",
    String(port),
    "--bind",
    "127.0.0.1",
    "--save",
    "",
    "--appendonly",
    "no",
    ...settings,
  ];
  let server = await start(program, flags, url);
  return {
    url,
    async restart() {
      await stop(server);
      server = await start(program, flags, url);
    },
    async [Symbol.asyncDispose]() {
      await stop(server);
    },
  };
}

async function programOf(url: string): Promise<string | undefined> {
  const shared = new Redis(url, { maxRetriesPerRequest: 0 });
  try {
    const program = /^executable:(.+?)\r?$/m.exec(await shared.info("server"))?.[1];
    return program !== undefined && existsSync(program) ? program : undefined;
  } finally {
    shared.disconnect();
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  if (address === null || typeof address === "string") throw new Error("No port.");
  return address.port;
}

async function start(program: string, flags: readonly string[], url: string): Promise<ChildProcess> {
  const server = spawn(program, flags, { stdio: "ignore" });
  live.add(server);
  server.once("exit", () => live.delete(server));
  await until(async () => await answers(url));
  return server;
}

async function answers(url: string): Promise<boolean> {
  const probe = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
  probe.on("error", () => {});
  try {
    await probe.connect();
    return (await probe.ping()) === "PONG";
  } catch {
    return false;
  } finally {
    probe.disconnect();
  }
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exited = once(server, "exit");
  server.kill("SIGKILL");
  await exited;
}
