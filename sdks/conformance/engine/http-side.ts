import { createHash, randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { forward, passable } from "./forward.ts";

/** A request of a worker, as it came. */
export interface HttpRequest {
  /** Monotonic clock, when the request was whole. */
  readonly atMs: number;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: IncomingMessage["headers"];
  readonly bytes: Buffer;
}

/** An answer that is given instead of the regular one; status 0 breaks the connection without any. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Only for requests whose path has this in it. */
  readonly to?: string;
}

/** The calls of the HTTPS transport. */
const call = /^\/api\/v1\/worker\/(?:claim|beat|settle|release|leave)$/;

export interface StoredArtifact {
  readonly bytes: Buffer;
  /** The Content-Digest header. */
  readonly digest: string;
  readonly query: string;
}

export interface HttpSide {
  readonly apiUrl: string;
  readonly requests: readonly HttpRequest[];
  /** The documents of the requests to the register route that came with the right key. */
  readonly registrations: Record<string, unknown>[];
  /** By path, `/api/v1/worker/jobs/<job>/artifacts/<name>`. */
  readonly artifacts: ReadonlyMap<string, StoredArtifact>;
  /** Answers for the next requests, each used once. */
  readonly answers: Answer[];
  /** An answer to all requests, as long as it is set. */
  always: Answer | undefined;
  requestsTo(part: string): HttpRequest[];
  close(): Promise<void>;
}

/**
 * The worker routes of PROTOCOL.md: register and artifacts by itself, the calls of the HTTPS transport through the
 * engine's own routes. Any other path is answered with itself, so that an SDK's API helper has something to ask.
 */
export async function startHttpSide(options: {
  readonly workerKey: string;
  /** Makes the queue ready for a worker and answers the registration's document. */
  readonly register: (introduction: Record<string, unknown>) => Promise<Record<string, unknown>>;
  /** Where the engine's own routes are. */
  readonly callsUrl: string;
}): Promise<HttpSide> {
  const requests: HttpRequest[] = [];
  const registrations: Record<string, unknown>[] = [];
  const artifacts = new Map<string, StoredArtifact>();

  async function regular({ method, path, query, headers, bytes }: HttpRequest): Promise<Answer> {
    if (headers.authorization !== `Bearer ${options.workerKey}`) {
      return { status: 401, body: problem(401, "This worker key is not known.") };
    }
    if (path === "/api/v1/worker/register") {
      const introduction = JSON.parse(bytes.toString()) as Record<string, unknown>;
      registrations.push(introduction);
      return { status: 200, body: await options.register(introduction) };
    }
    if (method === "PUT" && path.includes("/artifacts/")) {
      artifacts.set(path, { bytes, query, digest: String(headers["content-digest"]) });
      const [name = "", hex] = [path.split("/").at(-1), createHash("sha256").update(bytes).digest("hex")];
      const uri = `${path.replace("/worker/", "/scheduler/")}${query}`;
      return { status: 200, body: { name, digest: `sha256:${hex}`, bytes: bytes.byteLength, uri } };
    }
    return { status: 200, body: { path } };
  }

  async function answer(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(message.url ?? "/", "http://engine");
    const request: HttpRequest = {
      bytes: await readBody(message),
      atMs: performance.now(),
      method: message.method ?? "",
      path: url.pathname,
      query: url.search,
      headers: message.headers,
    };
    requests.push(request);
    const at = side.answers.findIndex(({ to }) => to === undefined || url.pathname.includes(to));
    const [scripted] = at < 0 ? [] : side.answers.splice(at, 1);
    const fixed = scripted ?? side.always;
    if (fixed === undefined && call.test(request.path)) {
      await passOn(request, message, response);
      return;
    }
    const { status, headers, body } = fixed ?? (await regular(request));
    if (status === 0) {
      message.socket.destroy();
      return;
    }
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body));
  }

  async function passOn(
    { method, path, query, headers, bytes }: HttpRequest,
    message: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const gone = new AbortController();
    message.socket.once("close", () => gone.abort());
    const to = `${options.callsUrl}${path}${query}`;
    const answered = await forward(to, { method, headers, bytes, signal: gone.signal });
    response.writeHead(answered.status, passable(answered.headers));
    response.end(answered.bytes);
  }

  const server = createServer((message, response) => {
    answer(message, response).catch(() => message.socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const side: HttpSide = {
    apiUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    registrations,
    artifacts,
    answers: [],
    always: undefined,
    requestsTo: (part) => requests.filter(({ path }) => path.includes(part)),
    close: async () => await close(server),
  };
  return side;
}

export function problem(status: number, detail: string): Record<string, unknown> {
  return { type: "about:blank", title: `Status ${status}`, status, detail };
}

export function newWorkerId(): string {
  return `wrk_${randomBytes(6).toString("hex")}`;
}

async function readBody(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise<void>((resolve) => server.close(() => resolve()));
}
