import { connect, createServer, type Socket } from "node:net";
import { createFlow } from "./flow.ts";
import { createFrameReader, type RespFrame } from "./resp.ts";
import type { Link, Meddling } from "./link.ts";
import { openLink } from "./open-link.ts";
import type { WireCommand } from "./wire.ts";

const secretive = new Set(["AUTH", "HELLO"]);

/** Starts a proxy on a free port of the loopback to the Valkey of the address. */
export async function startValkeyLink(valkeyUrl: string): Promise<Link> {
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
        if (meddling !== undefined && "refuse" in meddling) {
          const error = `-${meddling.refuse}`;
          toWorker(() => pass(command, Buffer.from(`${error}\r\n`), error));
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
          const changed = meddling !== undefined && "grow" in meddling ? grown(bytes) : bytes;
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

  const link = await openLink(server, { flow, commands, sockets: () => sockets });
  return link;
}

/** The same list with one more element at its end. */
function grown(reply: Buffer): Buffer {
  const head = /^\*(\d+)\r\n/.exec(reply.toString("latin1", 0, 20));
  if (head === null) return reply;
  const longer = Buffer.from(`*${Number(head[1]) + 1}\r\n`);
  return Buffer.concat([longer, reply.subarray(head[0].length), Buffer.from("*1\r\n$5\r\nlater\r\n")]);
}

function toCommand({ value }: RespFrame, connection: number): WireCommand {
  const [name = "", ...args] = Array.isArray(value) ? value.map(String) : [String(value)];
  return {
    connection,
    name: name.toUpperCase(),
    args: secretive.has(name.toUpperCase()) ? [] : args,
    waits: name.toUpperCase() === "BLPOP",
    sentAtMs: performance.now(),
    reply: undefined,
    repliedAtMs: undefined,
  };
}
