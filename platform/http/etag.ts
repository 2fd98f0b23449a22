import { DomainError } from "../../model/errors.ts";
import type { HttpContext } from "./env.ts";

/** Revisions are integers of PostgreSQL, which refuses to compare them with anything larger. */
const maxRevision = 2_147_483_647;

/** The strong entity tag of a revision: its number in quotes (RFC 9110 section 8.8.3). */
export function etagOf(revision: number | string): string {
  return `"${revision}"`;
}

/**
 * The revision that the caller has read, from `If-Match`; undefined for `*`, which is any. Missing is 428, a tag
 * that cannot be one of ours 412. The caller passes it on to the guarded statement, which finds out whether it is
 * still the current one.
 */
export function readIfMatch(c: HttpContext): number | undefined {
  const given = c.req.header("if-match")?.trim();
  if (given === undefined || given === "") {
    throw new DomainError(
      "precondition_required",
      "Send If-Match with the ETag of what you have read, or * for any.",
    );
  }
  if (given === "*") return undefined;
  const revision = Number(/^"(\d{1,15})"$/.exec(given)?.[1]);
  if (!(revision <= maxRevision)) throw staleRevision();
  return revision;
}

/** The same where `If-Match` may be left out, which means any revision. */
export function readOptionalIfMatch(c: HttpContext): number | undefined {
  return c.req.header("if-match") === undefined ? undefined : readIfMatch(c);
}

/** The answer to an If-Match that is not the current revision. */
export function staleRevision(): DomainError {
  return new DomainError(
    "precondition_failed",
    "The resource has changed since you read it. Read it again and repeat the change.",
  );
}

/** 304 when `If-None-Match` names this tag (weak comparison) or is `*`; undefined when the body must be sent. Sets `ETag`. */
export function notModified(c: HttpContext, etag: string): Response | undefined {
  c.header("etag", etag);
  const given = c.req.header("if-none-match");
  if (given === undefined) return undefined;
  const tags = new Set(given.split(",").map((tag) => tag.trim().replace(/^W\//, "")));
  const isKnown = tags.has("*") || tags.has(etag.replace(/^W\//, ""));
  return isKnown ? c.body(null, 304) : undefined;
}
