import { createServer as createPlainServer } from "node:http";
import type { RequestListener, Server as PlainServer, ServerOptions } from "node:http";
import { createServer as createTlsServer, Server as TlsServer } from "node:https";

import type { AddressInfo, Socket } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { canonicalJson } from "../../model/canonical.ts";
import type { Log } from "../log/log.ts";
import { type CertificateFiles, followCertificate, readCertificate } from "../tls/certificate-files.ts";
import type { HttpApp } from "./env.ts";
import { problemKinds } from "./problem.ts";
import type { ProblemCode } from "./problem.ts";

export interface ServeOptions {
  readonly app: HttpApp;
  readonly log: Log;
  /** 127.0.0.1 when absent: a service is opened to the network by saying so. */
  readonly host?: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** How long requests in flight may take to end once the server is asked to stop. */
  readonly graceMs: number;
  /** Aborted at the start of a stop; the same controller whose signal the app was given. */
  readonly closing: AbortController;
  /** How long a client may take to send a whole request; 5 minutes when absent. */
  readonly requestTimeoutMs?: number;
  /** Serves TLS with this certificate; plain HTTP when absent. */
  readonly tls?: CertificateFiles | undefined;
}

type Server = PlainServer | TlsServer;

export interface RunningServer {
  readonly url: string;
  readonly port: number;
  /** Stops taking requests, ends event streams, waits for the rest for the time of grace, then cuts it off. */
  stop(): Promise<void>;
}

/** How long a client may take to send the head of a request. */
const headersTimeoutMs = 15_000;
const keepAliveTimeoutMs = 65_000;
const idleSweepMs = 20;
const maxHeaderBytes = 32 * 1024;

/** Starts to listen; rejects when the address is taken. */
export async function startServer(options: ServeOptions): Promise<RunningServer> {
  const { app, log, host = "127.0.0.1", requestTimeoutMs = 300_000 } = options;
  const listener = getRequestListener(app.fetch, { errorHandler: answerUnreadable });
  const server = createServer(
    options,
    {
      headersTimeout: headersTimeoutMs,
      requestTimeout: requestTimeoutMs,
      keepAliveTimeout: keepAliveTimeoutMs,
      maxHeaderSize: maxHeaderBytes,
      connectionsCheckingInterval: 5000,
      // Node's own refusal has no body; without a host the request reaches `answerUnreadable`.
      requireHostHeader: false,
    },
    (incoming, outgoing) => void listener(incoming, outgoing),
  );
  answerBrokenRequests(server);
  const silent = silentConnections(server);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
  const { port } = server.address() as AddressInfo;
  const scheme = options.tls === undefined ? "http" : "https";
  const url = `${scheme}://${host.includes(":") ? `[${host.replaceAll(/[[\]]/g, "")}]` : host}:${port}`;
  log.info({ url }, "listening");
  let stopping: Promise<void> | undefined;
  return { url, port, stop: () => (stopping ??= stop(server, silent, options)) };
}

function createServer(
  { tls, log }: Pick<ServeOptions, "tls" | "log">,
  settings: ServerOptions,
  listener: RequestListener,
): Server {
  if (tls === undefined) return createPlainServer(settings, listener);
  const server = createTlsServer(
    { ...settings, ...readCertificate(tls), minVersion: "TLSv1.2", handshakeTimeout: headersTimeoutMs },
    listener,
  );
  const following = followCertificate(server, tls, log);
  server.once("close", () => following.stop());
  return server;
}

async function stop(
  server: Server,
  silent: ReadonlySet<Socket>,
  { closing, graceMs, log }: ServeOptions,
): Promise<void> {
  closing.abort();
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  for (const socket of silent) socket.destroy();
  // A connection that is kept alive becomes idle after its last answer and would stay open for a minute.
  const sweep = setInterval(() => server.closeIdleConnections(), idleSweepMs);
  const cutOff = setTimeout(() => {
    log.warn({ graceMs }, "requests were still in flight; cutting them off");
    server.closeAllConnections();
  }, graceMs);
  await closed;
  clearTimeout(cutOff);
  clearInterval(sweep);
  log.info("stopped listening");
}

/**
 * Connections on which no request has arrived yet: browsers and clients open some ahead. Node does not count
 * them as idle, so each would hold up a stop for the whole time of grace.
 */
function silentConnections(server: Server): ReadonlySet<Socket> {
  const silent = new Set<Socket>();
  // Over TLS the socket that requests come by is not the one that was connected.
  server.on(server instanceof TlsServer ? "secureConnection" : "connection", (socket: Socket) => {
    silent.add(socket);
    socket.once("close", () => silent.delete(socket));
  });
  server.on("request", ({ socket }) => silent.delete(socket));
  return silent;
}

/** What cannot be made a request of at all: a broken host or target. Errors of the app itself never come here. */
function answerUnreadable(): Response {
  const body = canonicalJson(
    problemWithoutRequest("bad_request", "The request's target or Host header is broken or missing."),
  );
  return new Response(body, { status: 400, headers: { "content-type": "application/problem+json" } });
}

/** A problem of a request that was never read, and so has no id. */
function problemWithoutRequest(code: ProblemCode, detail: string) {
  const { title, status } = problemKinds[code];
  return { type: `urn:jobengine:problem:${code}`, title, status, detail, code };
}

/** What Node refuses before the app sees it gets the same form of error: bad syntax, huge heads, slow clients. */
function answerBrokenRequests(server: Server): void {
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    if (!socket.writable || error.code === "ECONNRESET") {
      socket.destroy();
      return;
    }
    socket.end(textOf(brokenRequests[error.code ?? ""] ?? brokenRequest));
  });
  server.on("checkExpectation", ({ socket }) => socket.end(textOf(unknownExpectation)));
  server.on("connect", (_request, socket) => socket.end(textOf(noProxy)));
}

/** A whole answer for a connection that ends with it. */
function textOf([code, reason, detail]: Broken): string {
  const status = Number(reason.slice(0, 3));
  const body = canonicalJson({ ...problemWithoutRequest(code, detail), status });
  return `HTTP/1.1 ${reason}\r\ncontent-type: application/problem+json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`;
}

type Broken = [code: ProblemCode, reason: string, detail: string];

const brokenRequest: Broken = ["bad_request", "400 Bad Request", "This is not an HTTP/1.1 request."];
const unknownExpectation: Broken = [
  "bad_request",
  "417 Expectation Failed",
  "Of what Expect may ask only 100-continue is known.",
];
const noProxy: Broken = ["bad_request", "400 Bad Request", "This is no proxy: it opens no tunnels."];
const brokenRequests: Record<string, Broken> = {
  HPE_HEADER_OVERFLOW: [
    "too_large",
    "431 Request Header Fields Too Large",
    `The head of a request may have ${maxHeaderBytes} bytes at most.`,
  ],
  ERR_HTTP_REQUEST_TIMEOUT: ["bad_request", "408 Request Timeout", "The request took too long to arrive."],
};
