/**
 * Mints access tokens for development: `npx node scripts/mint-token.ts --tenant acme [--scopes "…"] [--ttl 1h]`.
 * The first call makes a key pair; services trust its public half through JOBENGINE_JWT_JWKS_FILE.
 * Whoever can read the private key can be anybody: never let a service that matters trust it.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, SignJWT, type JWK } from "jose";
import { scopes } from "../model/identity/scope.ts";

/** What temporal-dev.yml tells scheduler-web to expect of a token. */
export const developmentIssuer = "http://identity.jobengine.localhost";
export const developmentAudience = "api://scheduler";

const algorithm = "ES256";

const usage = `Usage: npx node scripts/mint-token.ts --tenant NAME [flags]

  --tenant NAME       the tenant that the token speaks for
  --scopes "A B"      space-separated (default: every scope but platform.admin)
  --subject NAME      who acts (default developer)
  --ttl TIME          30s, 15m, 1h, 7d (default 1h)
  --issuer URL        default ${developmentIssuer}
  --audience TEXT     default ${developmentAudience}
  --dir DIR           where the keys lie (default .jobengine-identity); services read DIR/public/jwks.json
  --keys-only         only make the keys, if they are missing

Prints the token alone, so that it can stand in a command:
  curl -H "Authorization: Bearer $(npx node scripts/mint-token.ts --tenant acme)" http://127.0.0.1:8080/…`;

/** Reads the private key of a folder; makes a pair there first when it holds none. */
export async function readOrMakeKey(folder: string): Promise<JWK> {
  const privateFile = path.join(folder, "private.jwk.json");
  if (existsSync(privateFile)) return JSON.parse(readFileSync(privateFile, "utf8")) as JWK;
  const pair = await generateKeyPair(algorithm, { extractable: true });
  const publicKey = await exportJWK(pair.publicKey);
  const shared = { kid: await calculateJwkThumbprint(publicKey), alg: algorithm, use: "sig" };
  const privateKey = { ...(await exportJWK(pair.privateKey)), ...shared };
  mkdirSync(path.join(folder, "public"), { recursive: true });
  writeFileSync(
    path.join(folder, "public", "jwks.json"),
    `${JSON.stringify({ keys: [{ ...publicKey, ...shared }] }, null, 2)}\n`,
  );
  writeFileSync(privateFile, `${JSON.stringify(privateKey, null, 2)}\n`, { mode: 0o600 });
  return privateKey;
}

/** What a token says. */
export interface TokenClaims {
  readonly tenant: string;
  readonly subject: string;
  readonly scopes: string;
  readonly issuer: string;
  readonly audience: string;
  /** A duration as jose reads it: `15m`, `1h`. */
  readonly ttl: string;
}

/** A signed access token. */
export async function mintToken(key: JWK, claims: TokenClaims): Promise<string> {
  return new SignJWT({ "stellaops:tenant": claims.tenant, scope: claims.scopes })
    .setProtectedHeader({ alg: algorithm, typ: "at+jwt", ...(key.kid === undefined ? {} : { kid: key.kid }) })
    .setIssuer(claims.issuer)
    .setAudience(claims.audience)
    .setSubject(claims.subject)
    .setIssuedAt()
    .setExpirationTime(claims.ttl)
    .sign(await importJWK(key, algorithm));
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      tenant: { type: "string" },
      scopes: { type: "string", default: scopes.filter((scope) => scope !== "platform.admin").join(" ") },
      subject: { type: "string", default: "developer" },
      ttl: { type: "string", default: "1h" },
      issuer: { type: "string", default: developmentIssuer },
      audience: { type: "string", default: developmentAudience },
      dir: { type: "string", default: ".jobengine-identity" },
      "keys-only": { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return console.log(usage);
  const key = await readOrMakeKey(path.resolve(values.dir));
  if (values["keys-only"]) return console.error(`The keys lie in ${values.dir}.`);
  if (values.tenant === undefined || values.tenant === "") throw new Error("--tenant is missing");
  const unknown = values.scopes.split(/\s+/).filter((one) => !(scopes as readonly string[]).includes(one));
  if (unknown.length > 0) throw new Error(`--scopes: there is no scope ${unknown.join(", ")}`);
  console.log(await mintToken(key, { ...values, tenant: values.tenant }));
}

if (import.meta.main) {
  main().catch((error: unknown) => {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    process.exitCode = 2;
  });
}
