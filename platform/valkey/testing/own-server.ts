import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { connectValkey } from "../connect.ts";

/** A Valkey server that a test may flush, kill and restart; it keeps nothing on disk. */
export interface OwnServer extends AsyncDisposable {
  readonly url: string;
  /** Kills it (SIGKILL) and starts an empty one at the same port. */
  restart(): Promise<void>;
}

/**
 * Starts a server of the same program that TEST_VALKEY_URL runs (the server tells where it lies), so that
 * destructive tests never touch the shared one.
 */
export async function startOwnServer(...settings: string[]): Promise<OwnServer> {
  const program = await sharedProgram();
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

async function sharedProgram(): Promise<string> {
  const shared = await connectValkey({
    url: process.env["TEST_VALKEY_URL"] ?? "redis://127.0.0.1:6379",
    name: "own-server",
  });
  const info = await shared.info("server");
  shared.disconnect();
  const program = /^executable:(.+?)\r?$/m.exec(info)?.[1];
  if (program === undefined) throw new Error("The test server does not tell its program.");
  return program;
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

async function start(program: string, flags: string[], url: string): Promise<ChildProcess> {
  const server = spawn(program, flags, { stdio: "ignore" });
  for (let tries = 0; ; tries++) {
    try {
      const probe = await connectValkey({ url, name: "probe", onError: () => {} });
      probe.disconnect();
      return server;
    } catch (error) {
      if (tries > 200) throw error;
      await sleep(10);
    }
  }
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exited = once(server, "exit");
  server.kill("SIGKILL");
  await exited;
}
