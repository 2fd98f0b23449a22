import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { DependencyDown, RetryAfter } from "./outcome-words.ts";
import { backoffMs } from "./pause.ts";
import type { EngineAccess } from "./queue-connection.ts";

/** The engine answered with an error that another try would not change. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(method: string, path: string, status: number, detail: string) {
    super(`${method} ${path} answered ${status}${detail ? `: ${detail}` : ""}`);
    this.name = "ApiError";
    this.status = status;
    this.code = `API_${status}`;
  }
}

/**
 * Calls to the engine's worker routes. All of them may be repeated, so what passes (no connection, 502, 503,
 * 504) is tried four times within some ten seconds before it becomes `DependencyDown`; 429 becomes
 * `RetryAfter`; any other error an `ApiError`.
 */
export interface ApiClient {
  readonly get: (path: string) => Promise<unknown>;
  readonly post: (path: string, json: unknown) => Promise<unknown>;
  /** The bare request for other shapes: `path` below the API's address, headers added to the signed ones. */
  readonly request: (method: string, path: string, body?: RequestBody) => Promise<Response>;
}

export interface RequestBody {
  /** Text and bytes as they are; a function gives the body anew for each try, a stream, say. */
  readonly bytes: Uint8Array | string | (() => Uint8Array | Readable);
  readonly headers: Readonly<Record<string, string>>;
  /** How long one try may take; a minute when absent. */
  readonly timeoutMs?: number;
}

const triesPerRequest = 4;
const requestTimeoutMs = 60_000;

export function createApiClient(
  engine: EngineAccess,
  signal: AbortSignal,
  moreHeaders: () => Readonly<Record<string, string>> = () => ({}),
): ApiClient {
  const { apiUrl, workerKey } = engine;
  const base = apiUrl.replace(/\/+$/, "");

  async function request(method: string, path: string, body?: RequestBody): Promise<Response> {
    let trouble: unknown;
    for (let attempt = 0; attempt < triesPerRequest; attempt++) {
      if (attempt > 0) await sleep(backoffMs(attempt, 500, 5_000), undefined, { signal });
      signal.throwIfAborted();
      let response: Response;
      try {
        response = await engine.fetch(`${base}${path}`, {
          method,
          headers: {
            ...moreHeaders(),
            authorization: `Bearer ${workerKey}`,
            accept: "application/json",
            ...body?.headers,
          },
          body: contentOf(body),
          signal: AbortSignal.any([signal, AbortSignal.timeout(body?.timeoutMs ?? requestTimeoutMs)]),
        });
      } catch (error) {
        signal.throwIfAborted();
        trouble = error;
        continue;
      }
      if (response.ok) return response;
      const failure = await failureOf(method, path, response);
      if (!(failure instanceof DependencyDown)) throw failure;
      trouble = failure;
    }
    throw trouble instanceof DependencyDown
      ? trouble
      : new DependencyDown(`${method} ${path}: the engine's API cannot be reached.`, {
          cause: trouble,
          code: "API_AWAY",
        });
  }

  return {
    request,
    async get(path) {
      return await readJson(await request("GET", path));
    },
    async post(path, json) {
      const bytes = JSON.stringify(json);
      return await readJson(
        await request("POST", path, { bytes, headers: { "content-type": "application/json" } }),
      );
    },
  };
}

/** What goes out; a function gives it anew for each try. */
function contentOf(body: RequestBody | undefined): Uint8Array | string | Readable | null {
  return (typeof body?.bytes === "function" ? body.bytes() : body?.bytes) ?? null;
}

async function readJson(response: Response): Promise<unknown> {
  if (response.status === 204) return null;
  return await response.json();
}

/** Turns an error answer into what a handler would throw for it. Reads a problem document's detail. */
async function failureOf(method: string, path: string, response: Response): Promise<Error> {
  const text = (await response.text().catch(() => "")).slice(0, 10_000);
  if ([502, 503, 504].includes(response.status)) {
    return new DependencyDown(`${method} ${path} answered ${response.status}.`, {
      code: `API_${response.status}`,
    });
  }
  if (response.status === 429) {
    const seconds = Number(response.headers.get("retry-after"));
    return new RetryAfter(Number.isFinite(seconds) && seconds > 0 ? seconds : 10, undefined, {
      code: "API_429",
    });
  }
  return new ApiError(method, path, response.status, problemDetail(text));
}

/** What a problem document says in words, or nothing. */
export function problemDetail(text: string): string {
  try {
    const problem = JSON.parse(text) as { detail?: unknown; title?: unknown } | null;
    const words = problem?.detail ?? problem?.title;
    return typeof words === "string" ? words.slice(0, 500) : "";
  } catch {
    return "";
  }
}
