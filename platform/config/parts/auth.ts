import { z } from "zod";
import { address, choice, text } from "../values.ts";
import { variable } from "../variable.ts";

const anyUrl = () => address(["https", "http"], "https://id.example.com");

const authVariables = z.object({
  mode: variable(
    "JOBENGINE_AUTH_MODE",
    "How callers prove who they are. `jwt`: signed tokens. `dev`: plain headers, on a loopback address only.",
    choice(["jwt", "dev"]).default("jwt"),
  ),
  issuer: variable(
    "JOBENGINE_JWT_ISSUER",
    "The issuer of tokens (claim `iss`). Needed with `jwt`.",
    anyUrl().optional(),
  ),
  audience: variable(
    "JOBENGINE_JWT_AUDIENCE",
    "The audience that tokens must name (claim `aud`).",
    text("text").default("api://scheduler"),
  ),
  jwksFile: variable(
    "JOBENGINE_JWT_JWKS_FILE",
    "A file with the issuer's public keys (JWKS), read again when it changes. This or the address is needed with `jwt`.",
    text("a path").optional(),
  ),
  jwksUrl: variable(
    "JOBENGINE_JWT_JWKS_URL",
    "The address of the issuer's public keys (JWKS); https unless it is this machine.",
    anyUrl().optional(),
  ),
});

export const authPart = authVariables.superRefine((auth, context) => {
  const refuse = (key: keyof typeof auth, message: string) =>
    context.addIssue({ code: "custom", path: [key], message });
  if (auth.mode !== "jwt") return;
  if (auth.issuer === undefined) refuse("issuer", "JOBENGINE_AUTH_MODE=jwt needs it");
  if (auth.jwksFile === undefined && auth.jwksUrl === undefined) {
    refuse("jwksFile", "JOBENGINE_AUTH_MODE=jwt needs this or JOBENGINE_JWT_JWKS_URL");
  }
  if (auth.jwksFile !== undefined && auth.jwksUrl !== undefined) {
    refuse("jwksUrl", "give either this or JOBENGINE_JWT_JWKS_FILE");
  }
  if (auth.jwksUrl !== undefined && !isTrustedAddress(auth.jwksUrl)) refuse("jwksUrl", "must be https");
});

/** Keys that come over the network unprotected can be exchanged on the way. */
function isTrustedAddress(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === "https:" || ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
}
