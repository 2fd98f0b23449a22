import { hostname } from "node:os";
import { protocol } from "./protocol.ts";

/** What the engine tells a worker that registered: where the queue is and how to speak to it. */
export interface Registration {
  readonly workerId: string;
  readonly queue: string;
  /** `{je:<queue>}:` */
  readonly keyPrefix: string;
  readonly epoch: string;
  /** Without credentials: they would go before the worker's own. */
  readonly valkeyUrl: string;
  readonly valkeyUsername: string;
  readonly leaseMs: number;
  readonly beatMs: number;
}

export interface RegisterRequest {
  readonly apiUrl: string;
  readonly workerKey: string;
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
  if (response.ok) return parseRegistration(await response.json().catch(() => undefined));
  await response.body?.cancel();
  if ([400, 401, 403, 404, 422].includes(response.status)) {
    throw new WorkerRefused(`The engine refused to register this worker (${response.status}).`);
  }
  const seconds = Number(response.headers.get("retry-after"));
  throw new RegistrationFailed(
    `Registration was answered ${response.status}.`,
    seconds > 0 ? seconds * 1_000 : undefined,
  );
}

async function post(request: RegisterRequest): Promise<Response> {
  const { apiUrl, workerKey, kinds, concurrency, build, replaces, signal } = request;
  try {
    return await fetch(`${apiUrl.replace(/\/+$/, "")}/api/v1/worker/register`, {
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
      }),
      redirect: "error",
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
export function parseRegistration(document: unknown): Registration {
  const root = record(document);
  const valkey = record(root["valkey"]);
  if (root["protocolVersion"] !== protocol.version) {
    throw new WorkerRefused(
      `The engine speaks queue protocol ${String(root["protocolVersion"])}, this SDK ${protocol.version}.`,
    );
  }
  return {
    workerId: text(root, "workerId"),
    queue: text(root, "queue"),
    keyPrefix: text(root, "keyPrefix"),
    epoch: text(root, "epoch"),
    valkeyUrl: addressOf(text(valkey, "url")),
    valkeyUsername: text(valkey, "username"),
    leaseMs: seconds(root, "leaseSeconds"),
    beatMs: seconds(root, "beatSeconds"),
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

function seconds(from: Readonly<Record<string, unknown>>, name: string): number {
  const value = from[name];
  if (typeof value !== "number" || !(value > 0)) throw unreadable(name);
  return value * 1_000;
}

function unreadable(what: string): RegistrationFailed {
  return new RegistrationFailed(`The engine's registration answer cannot be read: ${what}.`);
}
