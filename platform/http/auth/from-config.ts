import type { Authenticator } from "./authenticator.ts";
import { createDevAuthenticator } from "./dev.ts";
import { jwksFromFile, jwksFromUrl } from "./jwks.ts";
import { createJwtAuthenticator } from "./jwt.ts";

export interface AuthSettings {
  readonly mode: "dev" | "jwt";
  readonly issuer?: string | undefined;
  readonly audience: string;
  readonly jwksFile?: string | undefined;
  readonly jwksUrl?: string | undefined;
}

/** The authenticator that the configuration asks for; the configuration's schema has checked that it is complete. */
export function createAuthenticator(settings: AuthSettings): Authenticator {
  const { mode, issuer, audience, jwksFile, jwksUrl } = settings;
  if (mode === "dev") return createDevAuthenticator();
  if (issuer === undefined) throw new TypeError("Identity mode jwt needs an issuer.");
  if (jwksFile !== undefined)
    return createJwtAuthenticator({ issuer, audience, keys: jwksFromFile(jwksFile) });
  if (jwksUrl !== undefined) return createJwtAuthenticator({ issuer, audience, keys: jwksFromUrl(jwksUrl) });
  throw new TypeError("Identity mode jwt needs a JWKS file or address.");
}
