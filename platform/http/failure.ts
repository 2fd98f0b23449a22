import { HTTPException } from "hono/http-exception";
import { DomainError } from "../../model/errors.ts";
import type { ErrorCode } from "../../model/errors.ts";
import { isLostConnection } from "../lost-connection.ts";

const statusCodes: Partial<Record<number, [ErrorCode, string]>> = {
  400: ["bad_request", "The request cannot be read."],
  401: ["unauthenticated", "Say who you are."],
  403: ["forbidden", "This is not allowed."],
  404: ["not_found", "There is nothing here."],
  413: ["too_large", "The body is too large."],
  415: ["unsupported_media_type", "The body's content type is not supported here."],
};

/** SQLSTATEs that pass when one tries again: serialisation, deadlock, statement timeout, lock timeout. */
const passingStates = new Set(["40001", "40P01", "57014", "55P03"]);

/**
 * What an error thrown anywhere below a handler means to a caller, or undefined when nobody foresaw it.
 * PostgreSQL's errors are known by their SQLSTATE alone, so that nothing here depends on its driver.
 */
export function failureOf(thrown: unknown): DomainError | undefined {
  if (thrown instanceof DomainError) return thrown;
  if (thrown instanceof HTTPException) return ofStatus(thrown);
  const code = stringField(thrown, "code");
  if (code !== undefined && /^[0-9A-Z]{5}$/.test(code)) {
    const failure = ofSqlState(code, thrown);
    if (failure !== undefined) return failure;
  }
  return isLostConnection(thrown) || isTemporalAway(thrown) ? unavailable(thrown) : undefined;
}

function ofStatus(error: HTTPException): DomainError | undefined {
  const known = statusCodes[error.status];
  return known === undefined ? undefined : new DomainError(known[0], known[1], { cause: error });
}

/** Classes of https://www.postgresql.org/docs/18/errcodes-appendix.html that a caller can do something about. */
function ofSqlState(state: string, cause: unknown): DomainError | undefined {
  const stateClass = state.slice(0, 2);
  if (stateClass === "22" || stateClass === "54") {
    return new DomainError("invalid", "A value is outside of what can be stored.", { cause });
  }
  if (state === "23505") return new DomainError("conflict", "It exists already.", { cause });
  if (passingStates.has(state)) return unavailable(cause);
  return undefined;
}

/** The Temporal client says it in words, of its own or of what it wraps. */
function isTemporalAway(thrown: unknown): boolean {
  const words = `${stringField(thrown, "message")} ${stringField(causeOf(thrown), "message")}`;
  return stringField(thrown, "name") === "ServiceError" && /unavailable|deadline/i.test(words);
}

function unavailable(cause: unknown): DomainError {
  return new DomainError("unavailable", "Something that the service needs is down. Try again.", { cause });
}

function causeOf(thrown: unknown): unknown {
  return typeof thrown === "object" && thrown !== null ? (thrown as { cause?: unknown }).cause : undefined;
}

function stringField(thrown: unknown, field: "code" | "name" | "message"): string | undefined {
  if (typeof thrown !== "object" || thrown === null) return undefined;
  const value = (thrown as Record<string, unknown>)[field];
  return typeof value === "string" ? value : undefined;
}
