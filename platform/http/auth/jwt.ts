import { errors, jwtVerify } from "jose";
import type { JWTPayload, JWTVerifyGetKey } from "jose";
import { DomainError } from "../../../model/errors.ts";
import { identity } from "../../../model/identity/identity.ts";
import type { Identity } from "../../../model/identity/identity.ts";
import { parseScopeList } from "../../../model/identity/scope.ts";
import type { Authenticator } from "./authenticator.ts";
import { bearerToken } from "./bearer.ts";

/** Asymmetric algorithms only: whoever can check a token must not be able to make one. */
const algorithms = ["RS256", "PS256", "ES256", "EdDSA"];

/**
 * The types of an access token (RFC 9068 section 2.1, RFC 7519 section 5.1). Providers that write none exist,
 * so its absence is accepted; any other type (logout, proof of possession) is a token for something else.
 */
const acceptedTypes = new Set(["jwt", "at+jwt", "application/at+jwt"]);

const clockToleranceSeconds = 30;

export interface JwtOptions {
  readonly issuer: string;
  readonly audience: string;
  readonly keys: JWTVerifyGetKey;
  /** For tests; the real time when absent. */
  readonly now?: () => Date;
}

/** Verifies bearer tokens: signature, issuer, audience, expiry, type; then reads tenant, actor and scopes. */
export function createJwtAuthenticator(options: JwtOptions): Authenticator {
  return {
    mode: "jwt",
    async authenticate(request) {
      const token = bearerToken(request);
      if (token === undefined) throw refused("Send Authorization: Bearer with an access token.");
      return readClaims(await verify(token, options));
    },
  };
}

async function verify(token: string, { issuer, audience, keys, now }: JwtOptions): Promise<JWTPayload> {
  try {
    const { payload, protectedHeader } = await jwtVerify(token, keys, {
      issuer,
      audience,
      algorithms,
      requiredClaims: ["exp", "sub"],
      clockTolerance: clockToleranceSeconds,
      ...(now && { currentDate: now() }),
    });
    const type = protectedHeader.typ?.toLowerCase();
    if (type !== undefined && !acceptedTypes.has(type))
      throw refused("The token is not an access token (typ).");
    return payload;
  } catch (error) {
    if (error instanceof DomainError) throw error;
    throw refused(explain(error), error);
  }
}

/** Says which check failed; never what the token holds. */
function explain(error: unknown): string {
  if (error instanceof errors.JWTExpired) return "The token has expired.";
  if (error instanceof errors.JWTClaimValidationFailed)
    return `The token's claim ${error.claim} is missing or wrong.`;
  if (error instanceof errors.JWKSNoMatchingKey)
    return "The token is signed by a key that is not known here.";
  if (error instanceof errors.JOSEAlgNotAllowed)
    return `The token must be signed with ${algorithms.join(", ")}.`;
  return "The token is not valid.";
}

function readClaims(claims: JWTPayload): Identity {
  const parsed = identity.safeParse({
    tenant: claims["stellaops:tenant"] ?? claims["tid"],
    actor: claims.sub,
    scopes: readScopes(claims),
    ...(typeof claims["stellaops:project"] === "string" && { project: claims["stellaops:project"] }),
  });
  if (parsed.success) return parsed.data;
  const part = parsed.error.issues[0]?.path[0];
  throw refused(
    part === "tenant"
      ? "The token names no valid tenant (claim stellaops:tenant or tid)."
      : `The token's ${part === "actor" ? "claim sub" : `claim for the ${String(part)}`} is not valid.`,
  );
}

/** `scp` as a list, `scope` as text; both are honoured when both are there. */
function readScopes(claims: JWTPayload): string[] {
  const { scp, scope } = claims;
  const listed = Array.isArray(scp) ? scp.filter((one): one is string => typeof one === "string") : [];
  const spaced = [scope, scp].flatMap((text) => (typeof text === "string" ? parseScopeList(text) : []));
  return [...new Set([...listed, ...spaced])];
}

function refused(message: string, cause?: unknown): DomainError {
  return new DomainError("unauthenticated", message, cause === undefined ? {} : { cause });
}
