import { hostname } from "node:os";
import { problemDetail } from "./api-client.ts";
import { protocol } from "./protocol.ts";
import type { EngineAccess } from "./queue-connection.ts";

/** The ways to the queue: by oneself, or through the engine's API. */
export type Transport = "valkey" | "https";

interface SharedRegistration {
  readonly workerId: string;
  readonly queue: string;
  readonly epoch: string;
  readonly leaseMs: number;
  readonly beatMs: number;
}

/** Where the queue is and how to speak to it. */
export interface ValkeyRegistration extends SharedRegistration {
  readonly transport: "valkey";
  /** `{je:<queue>}:` */
  readonly keyPrefix: string;
  /** Without credentials: they would go before the worker's own. */
  readonly valkeyUrl: string;
  readonly valkeyUsername: string;
}

/** Where the engine takes the worker's calls. */
export interface HttpsRegistration extends SharedRegistration {
  readonly transport: "https";
  /** Below the address of the API. */
  readonly path: string;
  /** The longest that a claim may wait for work. */
  readonly waitMs: number;
}

/** What the engine tells a worker that registered. */
export type Registration = ValkeyRegistration | HttpsRegistration;

export interface RegisterRequest {
  readonly engine: EngineAccess;
  readonly transport: Transport;
  readonly kinds: readonly string[];
  readonly concurrency: number;
  readonly build: string | undefined;
  /** The id of the registration before this one. */
  readonly replaces: string | undefined;
  readonly signal: AbortSignal;
}

/** The engine refused this worker for good: its key is wrong or revoked, or they share no protocol. */
export class WorkerRefused extends Error {
  constructor(message: string) {
    super(message);
    this.name = "WorkerRefused";
  }
}

/** Registration did not work this time. */
export class RegistrationFailed extends Error {
  /** What the server asked for, if it did. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, retryAfterMs?: number, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "RegistrationFailed";
    this.retryAfterMs = retryAfterMs;
  }
}

const sdk = { language: "typescript", version: "0.1.0" } as const;

/**
 * Announces this worker to the engine and learns the queue's current epoch.
 * @throws WorkerRefused when trying again is pointless, RegistrationFailed when it is not.
 */
export async function register(request: RegisterRequest): Promise<Registration> {
  const response = await post(request);
  if (response.ok) return parseRegistration(await response.json().catch(() => undefined), request.transport);
  const detail = problemDetail(await response.text().catch(() => ""));
  if ([400, 401, 403, 404, 422].includes(response.status)) {
    const why = detail === "" ? "" : `: ${detail}`;
    throw new WorkerRefused(`The engine refused to register this worker (${response.status})${why}`);
  }
  const seconds = Number(response.headers.get("retry-after"));
  throw new RegistrationFailed(
    `Registration was answered ${response.status}.`,
    seconds > 0 ? seconds * 1_000 : undefined,
  );
}

async function post(request: RegisterRequest): Promise<Response> {
  const { engine, transport, kinds, concurrency, build, replaces, signal } = request;
  const { apiUrl, workerKey } = engine;
  try {
    return await engine.fetch(`${apiUrl.replace(/\/+$/, "")}/api/v1/worker/register`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${workerKey}`,
        "content-type": "application/json",
        accept: "application/json",
      },
      body: JSON.stringify({
        protocolVersions: [protocol.version],
        kinds,
        sdk,
        ...(build === undefined ? {} : { build }),
        ...(replaces === undefined ? {} : { replaces }),
        host: hostname(),
        concurrency,
        ...(transport === "valkey" ? {} : { transport }),
      }),
      signal: AbortSignal.any([signal, AbortSignal.timeout(15_000)]),
    });
  } catch (error) {
    throw new RegistrationFailed("The engine's API cannot be reached.", undefined, error);
  }
}

/**
 * Reads the answer of the register route.
 * @throws WorkerRefused when it names another protocol, RegistrationFailed when it cannot be read.
 */
export function parseRegistration(document: unknown, transport: Transport = "valkey"): Registration {
  const root = record(document);
  if (root["protocolVersion"] !== protocol.version) {
    throw new WorkerRefused(
      `The engine speaks queue protocol ${String(root["protocolVersion"])}, this SDK ${protocol.version}.`,
    );
  }
  const shared = {
    workerId: text(root, "workerId"),
    queue: text(root, "queue"),
    epoch: text(root, "epoch"),
    leaseMs: seconds(root, "leaseSeconds"),
    beatMs: seconds(root, "beatSeconds"),
  };
  if (transport === "https") {
    const https = record(root["https"]);
    return { ...shared, transport, path: pathOf(text(https, "path")), waitMs: seconds(https, "waitSeconds") };
  }
  const valkey = record(root["valkey"]);
  return {
    ...shared,
    transport,
    keyPrefix: text(root, "keyPrefix"),
    valkeyUrl: addressOf(text(valkey, "url")),
    valkeyUsername: text(valkey, "username"),
  };
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) throw unreadable("an object is missing");
  return value as Readonly<Record<string, unknown>>;
}

function text(from: Readonly<Record<string, unknown>>, name: string): string {
  const value = from[name];
  if (typeof value !== "string" || value === "") throw unreadable(name);
  return value;
}

function addressOf(address: string): string {
  const url = URL.parse(address);
  if (url === null || !/^rediss?:$/.test(url.protocol)) throw unreadable("valkey.url");
  url.username = "";
  url.password = "";
  return url.href;
}

function pathOf(path: string): string {
  if (!/^\/[A-Za-z0-9._~/-]*$/.test(path)) throw unreadable("https.path");
  return path.replace(/\/+$/, "");
}

function seconds(from: Readonly<Record<string, unknown>>, name: string): number {
  const value = from[name];
  if (typeof value !== "number" || !(value > 0)) throw unreadable(name);
  return value * 1_000;
}

function unreadable(what: string): RegistrationFailed {
  return new RegistrationFailed(`The engine's registration answer cannot be read: ${what}.`);
}
