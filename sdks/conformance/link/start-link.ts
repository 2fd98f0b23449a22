import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { createFlow } from "./flow.ts";
import { createFrameReader, type RespFrame } from "./resp.ts";
import { createWire, type Wire, type WireCommand } from "./wire.ts";

/**
 * What to do with a command of the worker: `answer` it here with bytes of RESP instead of asking the server;
 * `cut` the connection once the server has done it, so that its answer is lost; `refuse` it, so that the
 * server never sees it; `change` the bytes of its reply.
 */
export type Meddling =
  | { readonly answer: string }
  | { readonly cut: "afterwards" }
  | { readonly cut: "before" }
  | { readonly change: (reply: Buffer) => Buffer };

/** The way between a worker and Valkey, on which everything is seen and some things happen. */
export interface Link {
  readonly port: number;
  readonly wire: Wire;
  /** Asked for every command; undefined lets it through. */
  meddle: ((command: WireCommand) => Meddling | undefined) | undefined;
  /** How long each message takes, in both directions. */
  delayMs: number;
  /** Nothing arrives any more, in both directions, and nobody is told; `resume` lets all of it through. */
  stall(): void;
  resume(): void;
  /** Breaks all connections and, while it is `away`, refuses new ones. */
  cut(): void;
  isAway: boolean;
  close(): Promise<void>;
}

const secretive = new Set(["AUTH", "HELLO"]);

/** Starts a proxy on a free port of the loopback to the server of the address. */
export async function startLink(valkeyUrl: string): Promise<Link> {
  const target = new URL(valkeyUrl);
  const commands: WireCommand[] = [];
  const sockets = new Set<Socket>();
  const flow = createFlow();
  let connections = 0;

  const server = createServer((worker) => {
    if (link.isAway) {
      worker.destroy();
      return;
    }
    join(worker, connect(Number(target.port || 6379), target.hostname), ++connections);
  });

  function join(worker: Socket, valkey: Socket, connection: number): void {
    const unanswered: { command: WireCommand; meddling: Meddling | undefined }[] = [];
    const end = () => {
      worker.destroy();
      valkey.destroy();
      sockets.delete(worker);
    };
    for (const socket of [worker, valkey]) {
      socket.setNoDelay(true);
      socket.on("error", end);
      socket.on("close", end);
    }
    sockets.add(worker);
    const [readCommand, readReply] = [createFrameReader(), createFrameReader()];
    const [toValkey, toWorker] = [flow.lane(), flow.lane()];

    worker.on("data", (chunk) => {
      for (const { bytes, frame } of readCommand(chunk)) {
        const command = toCommand(frame, connection);
        commands.push(command);
        const meddling = link.meddle?.(command);
        if (meddling !== undefined && "answer" in meddling) {
          toWorker(() => pass(command, Buffer.from(meddling.answer), meddling.answer.trimEnd()));
        } else if (meddling !== undefined && "cut" in meddling && meddling.cut === "before") {
          end();
        } else {
          unanswered.push({ command, meddling });
          toValkey(() => valkey.write(bytes));
        }
      }
    });
    valkey.on("data", (chunk) => {
      for (const { bytes, frame } of readReply(chunk)) {
        const asked = frame.isPush ? undefined : unanswered.shift();
        const meddling = asked?.meddling;
        if (asked === undefined) toWorker(() => worker.write(bytes));
        else if (meddling !== undefined && "cut" in meddling) {
          asked.command.reply = frame.value;
          end();
        } else {
          const changed = meddling !== undefined && "change" in meddling ? meddling.change(bytes) : bytes;
          toWorker(() => pass(asked.command, changed, frame.value));
        }
      }
    });
    function pass(command: WireCommand, bytes: Buffer, value: RespFrame["value"]): void {
      command.reply = value;
      command.repliedAtMs = performance.now();
      worker.write(bytes);
    }
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  const link: Link = {
    port: (server.address() as AddressInfo).port,
    wire: createWire(commands),
    meddle: undefined,
    isAway: false,
    get delayMs() {
      return flow.delayMs;
    },
    set delayMs(delayMs) {
      flow.delayMs = delayMs;
    },
    stall: () => flow.stall(),
    resume: () => flow.resume(),
    cut,
    async close() {
      link.isAway = true;
      cut();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  return link;
}

function toCommand({ value }: RespFrame, connection: number): WireCommand {
  const [name = "", ...args] = Array.isArray(value) ? value.map(String) : [String(value)];
  return {
    connection,
    name: name.toUpperCase(),
    args: secretive.has(name.toUpperCase()) ? [] : args,
    sentAtMs: performance.now(),
    reply: undefined,
    repliedAtMs: undefined,
  };
}
