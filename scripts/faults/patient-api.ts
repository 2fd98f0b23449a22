import { scopes } from "../../model/identity/scope.ts";
import { setTimeout as sleep } from "node:timers/promises";

/** The API for callers that know that it will be away now and then. */
export interface PatientApi {
  /**
   * Asks until there is an answer, however often the API is away. A call with an effect carries a key, so that
   * asking again has the effect once. @throws Error for an answer that asking again would not change
   */
  ask<T>(tenant: string, method: string, path: string, more?: AskOptions): Promise<T>;
  /** How often no answer came or one that said to try again: what a caller without patience would have seen. */
  readonly refusals: number;
}

export interface AskOptions {
  readonly body?: unknown;
  /** Sent as it is, with its content type. */
  readonly raw?: { readonly text: string; readonly type: string };
  readonly key?: string;
  /** What the call wants is so already: a conflict is as good as an answer. */
  readonly isDoneByConflict?: boolean;
}

const everyScope = scopes.join(" ");

const answerTimeoutMs = 15_000;
const pauseMs = 300;
/** Nothing that is done to the stack lasts so long: whoever has not answered by then never will. */
const patienceMs = 5 * 60_000;

export function createPatientApi(schedulerUrl: () => string, signal: AbortSignal): PatientApi {
  let refusals = 0;

  async function once(
    tenant: string,
    method: string,
    path: string,
    { body, raw, key }: AskOptions,
  ): Promise<Response> {
    const type = raw?.type ?? (body === undefined ? undefined : "application/json");
    return fetch(`${schedulerUrl()}${path}`, {
      method,
      headers: {
        "x-stellaops-tenant": tenant,
        "x-stellaops-actor": "faults",
        "x-stellaops-scopes": everyScope,
        ...(type !== undefined && { "content-type": type }),
        ...(key !== undefined && { "idempotency-key": key }),
      },
      ...(type !== undefined && { body: raw?.text ?? JSON.stringify(body) }),
      signal: AbortSignal.any([signal, AbortSignal.timeout(answerTimeoutMs)]),
    });
  }

  return {
    get refusals() {
      return refusals;
    },
    async ask<T>(tenant: string, method: string, path: string, more: AskOptions = {}): Promise<T> {
      const deadline = Date.now() + patienceMs;
      for (;;) {
        signal.throwIfAborted();
        let trouble: unknown;
        try {
          const response = await once(tenant, method, path, more);
          const text = await response.text();
          const isJson = response.headers.get("content-type")?.includes("ndjson") === false;
          const isDone = response.ok || (response.status === 409 && more.isDoneByConflict === true);
          if (isDone) return (isJson && text !== "" ? JSON.parse(text) : text) as T;
          trouble = `${response.status} ${text.slice(0, 500)}`;
          // 409 with a key: the call that came before is still at work.
          const passes = response.status >= 500 || response.status === 429 || response.status === 409;
          if (!passes) throw new RefusedError(`${method} ${path} was answered ${String(trouble)}`);
        } catch (error) {
          if (error instanceof RefusedError || signal.aborted) throw error;
          trouble ??= error;
        }
        refusals += 1;
        if (Date.now() > deadline) {
          throw new Error(`${method} ${path} has had no answer for ${patienceMs / 1_000} s`, {
            cause: trouble,
          });
        }
        await sleep(pauseMs, undefined, { signal });
      }
    },
  };
}

class RefusedError extends Error {
  override name = "RefusedError";
}
