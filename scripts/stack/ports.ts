import { createServer } from "node:net";
import { pause } from "./interrupt.ts";
import { StackError } from "./stack-error.ts";

const handedOut = new Set<number>();

/** A port of the loopback that nobody listens on now. The same process never gets one twice. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = await listenOnce(0);
    if (port !== undefined && !handedOut.has(port)) {
      handedOut.add(port);
      return port;
    }
  }
}

/** Whether the port is free, or becomes free within the given time: a killed server holds its own a while. */
async function isFreeWithin(port: number, milliseconds: number, signal?: AbortSignal): Promise<boolean> {
  const deadline = Date.now() + milliseconds;
  while ((await listenOnce(port)) === undefined) {
    if (Date.now() > deadline) return false;
    await pause(100, signal);
  }
  return true;
}

/** The port that was asked for (`--port-<name>`), else the one of the last time if it is free, else a free one. */
export async function choosePort(
  name: string,
  asked: number | undefined,
  before: number | undefined,
  signal?: AbortSignal,
): Promise<number> {
  const wish = asked ?? before;
  if (wish !== undefined && (await isFreeWithin(wish, 3_000, signal))) return wish;
  if (asked === undefined) return freePort();
  throw new StackError(`Port ${asked} is in use. Ask for another with --port-${name}, or leave it out.`);
}

function listenOnce(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(undefined));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => {
      const address = server.address();
      const bound = typeof address === "object" && address !== null ? address.port : undefined;
      server.close(() => resolve(bound));
    });
  });
}
