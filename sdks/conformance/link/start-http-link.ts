import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { forward, passable, type PassedAnswer } from "../engine/forward.ts";
import { problem } from "../engine/http-side.ts";
import { createFlow } from "./flow.ts";
import { readCall, replyOf } from "./http-call.ts";
import type { Link } from "./link.ts";
import { openLink } from "./open-link.ts";
import type { WireCommand } from "./wire.ts";

/** How the engine tells a worker what a server's error means: PROTOCOL.md, section 16. */
const statusByError: Readonly<Record<string, number>> = { WRONG_EPOCH: 409, NOPERM: 403, NOAUTH: 401 };

/** Starts a proxy on a free port of the loopback to the API of the address. */
export async function startHttpLink(apiUrl: string): Promise<Link> {
  const commands: WireCommand[] = [];
  const connections = new Map<Socket, Connection>();
  const flow = createFlow();

  const server = createServer((message, response) => {
    handle(message, response).catch(() => message.socket.destroy());
  });
  server.on("connection", (socket) => {
    if (link.isAway) {
      socket.destroy();
      return;
    }
    const gone = new AbortController();
    const [toEngine, toWorker] = [flow.lane(), flow.lane()];
    connections.set(socket, { number: connections.size + 1, gone: gone.signal, toEngine, toWorker });
    socket.setNoDelay(true);
    socket.once("close", () => {
      connections.delete(socket);
      gone.abort();
    });
  });

  async function handle(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of message) chunks.push(chunk as Buffer);
    const bytes = Buffer.concat(chunks);
    const connection = connections.get(message.socket);
    if (connection === undefined) return;
    const command = readCall(message.url ?? "", bytes, connection.number);
    if (command !== undefined) commands.push(command);
    const meddling = command && link.meddle?.(command);
    const answer = (passed: PassedAnswer) =>
      connection.toWorker(() => {
        if (command !== undefined) {
          command.reply = replyOf(command, passed);
          command.repliedAtMs = performance.now();
        }
        response.writeHead(passed.status, passable(passed.headers));
        response.end(passed.bytes);
      });
    if (meddling !== undefined && "refuse" in meddling) {
      answer(refusal(meddling.refuse));
    } else if (meddling !== undefined && "cut" in meddling && meddling.cut === "before") {
      message.socket.destroy();
    } else {
      await new Promise<void>((resolve) => connection.toEngine(resolve));
      const { method = "GET", headers, url = "/" } = message;
      const passed = await forward(`${apiUrl}${url}`, { method, headers, bytes, signal: connection.gone });
      if (meddling !== undefined && "cut" in meddling) {
        if (command !== undefined) command.reply = replyOf(command, passed);
        message.socket.destroy();
      } else answer(meddling === undefined ? passed : grown(passed));
    }
  }

  const link = await openLink(server, { flow, commands, sockets: () => connections.keys() });
  return link;
}

interface Connection {
  readonly number: number;
  /** Aborted when the worker hung up. */
  readonly gone: AbortSignal;
  readonly toEngine: (step: () => void) => void;
  readonly toWorker: (step: () => void) => void;
}

function refusal(error: string): PassedAnswer {
  const [word = ""] = error.split(" ");
  const status = statusByError[word] ?? 503;
  const headers = {
    "content-type": "application/problem+json",
    ...(status === 503 && { "retry-after": "1" }),
  };
  return { status, headers, bytes: Buffer.from(JSON.stringify(problem(status, error))) };
}

/** The same document with a field of a later version. */
function grown(answer: PassedAnswer): PassedAnswer {
  if (answer.status !== 200) return answer;
  const document = JSON.parse(answer.bytes.toString()) as Record<string, unknown>;
  return { ...answer, bytes: Buffer.from(JSON.stringify({ ...document, later: ["later"] })) };
}
