import { mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hash } from "node:crypto";
import { SignJWT, UnsecuredJWT, exportJWK, generateKeyPair } from "jose";
import type { JWTPayload } from "jose";
import { createDevAuthenticator } from "./dev.ts";
import { jwksFromFile, jwksFromUrl } from "./jwks.ts";
import { createJwtAuthenticator } from "./jwt.ts";
import { createWorkerAuthenticator } from "./worker-key.ts";

const request = (headers: Record<string, string>, host = "localhost") =>
  new Request(`http://${host}/`, { headers });
const bearer = (token: string) => request({ authorization: `Bearer ${token}` });

async function newKey(kid: string, alg = "ES256") {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { kid, alg, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg } };
}

describe("dev", () => {
  const auth = createDevAuthenticator();

  test("reads the plain headers", async () => {
    const headers = {
      "X-StellaOps-Tenant": "acme",
      "X-StellaOps-Actor": "ann",
      "X-StellaOps-Scopes": "a.read b.write",
      "X-StellaOps-Project": "p1",
    };
    expect(await auth.authenticate(request(headers))).toEqual({
      tenant: "acme",
      actor: "ann",
      scopes: ["a.read", "b.write"],
      project: "p1",
    });
  });

  test.each(["X-Stella-Tenant", "X-Tenant-Id"])("reads the older tenant header %s", async (name) => {
    const who = await auth.authenticate(request({ [name]: "acme", "X-Scopes": "a" }));
    expect(who).toMatchObject({ tenant: "acme", scopes: ["a"] });
  });

  test.each(["*", "Acme", "../x", "a".repeat(64)])("refuses the tenant %s", async (tenant) => {
    await expect(auth.authenticate(request({ "X-StellaOps-Tenant": tenant }))).rejects.toMatchObject({
      code: "unauthenticated",
      message: expect.stringContaining("X-StellaOps-Tenant"),
    });
  });

  test("answers to loopback names only, so that no web page can reach it under a name of its own", async () => {
    const answer = auth.authenticate(request({ "X-StellaOps-Tenant": "acme" }, "evil.example"));
    await expect(answer).rejects.toMatchObject({ code: "unauthenticated" });
  });
});

describe("jwt", () => {
  const issuer = "https://id.example";
  const audience = "api://scheduler";
  let folder: string;
  let keys: Awaited<ReturnType<typeof newKey>>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "jwks-"));
    keys = await newKey("k1");
    await writeFile(join(folder, "jwks.json"), JSON.stringify({ keys: [keys.jwk] }));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const authenticator = (file = "jwks.json") =>
    createJwtAuthenticator({ issuer, audience, keys: jwksFromFile(join(folder, file)) });

  const goodClaims = { "stellaops:tenant": "acme", scope: "a.read b.write", sub: "ann" };

  function sign(
    claims: JWTPayload,
    more: { typ?: string; by?: typeof keys; expires?: string | null; aud?: string; iss?: string } = {},
  ) {
    const by = more.by ?? keys;
    const token = new SignJWT(claims)
      .setProtectedHeader({ alg: by.alg, kid: by.kid, ...(more.typ !== undefined && { typ: more.typ }) })
      .setIssuer(more.iss ?? issuer)
      .setAudience(more.aud ?? audience)
      .setIssuedAt();
    if (more.expires !== null) token.setExpirationTime(more.expires ?? "5m");
    return token.sign(by.privateKey);
  }

  const refuses = async (token: string | Promise<string>, text: string) => {
    await expect(authenticator().authenticate(bearer(await token))).rejects.toMatchObject({
      code: "unauthenticated",
      message: expect.stringContaining(text),
    });
  };

  test("reads tenant, actor and scopes of a good token", async () => {
    expect(await authenticator().authenticate(bearer(await sign(goodClaims, { typ: "at+jwt" })))).toEqual({
      tenant: "acme",
      actor: "ann",
      scopes: ["a.read", "b.write"],
    });
  });

  test("falls back to tid and reads scp lists", async () => {
    const token = await sign({ tid: "beta", scp: ["x.read", "y.read"], scope: "x.read", sub: "svc" });
    expect(await authenticator().authenticate(bearer(token))).toMatchObject({
      tenant: "beta",
      scopes: ["x.read", "y.read"],
    });
  });

  test.each([
    ["without expiry", () => sign(goodClaims, { expires: null }), "exp"],
    ["expired", () => sign(goodClaims, { expires: "-1h" }), "expired"],
    ["for another audience", () => sign(goodClaims, { aud: "api://packsregistry" }), "aud"],
    ["of another issuer", () => sign(goodClaims, { iss: "https://evil.example" }), "iss"],
    ["of another type", () => sign(goodClaims, { typ: "logout+jwt" }), "typ"],
    ["without a subject", () => sign({ ...goodClaims, sub: undefined as never }), "sub"],
    ["without a tenant", () => sign({ sub: "ann" }), "stellaops:tenant"],
    [
      "with a tenant that is a wildcard",
      () => sign({ ...goodClaims, "stellaops:tenant": "*" }),
      "stellaops:tenant",
    ],
  ])("refuses a token %s", async (_what, token, text) => {
    await expect(refuses(token(), text)).resolves.toBeUndefined();
  });

  test("refuses unsigned tokens, symmetric ones and those of an unknown key", async () => {
    await expect(
      refuses(new UnsecuredJWT(goodClaims).setIssuer(issuer).encode(), "must be signed with"),
    ).resolves.toBeUndefined();
    const symmetric = new SignJWT(goodClaims)
      .setProtectedHeader({ alg: "HS256", kid: "k1" })
      .sign(new TextEncoder().encode(JSON.stringify(keys.jwk)));
    await expect(refuses(symmetric, "must be signed with")).resolves.toBeUndefined();
    await expect(
      refuses(sign(goodClaims, { by: await newKey("other") }), "not known"),
    ).resolves.toBeUndefined();
  });

  test("refuses a request without a token", async () => {
    await expect(authenticator().authenticate(request({}))).rejects.toMatchObject({
      code: "unauthenticated",
    });
  });

  test("reads the key file again when it has changed", async () => {
    const file = join(folder, "rotating.json");
    await writeFile(file, JSON.stringify({ keys: [keys.jwk] }));
    const auth = authenticator("rotating.json");
    const next = await newKey("k2", "EdDSA");
    const token = await sign(goodClaims, { by: next });
    await expect(auth.authenticate(bearer(token))).rejects.toMatchObject({ code: "unauthenticated" });
    await writeFile(file, JSON.stringify({ keys: [next.jwk] }));
    await utimes(file, new Date(), new Date(Date.now() + 5000));
    const until = Date.now() + 5000;
    let who: unknown;
    while (who === undefined && Date.now() < until) {
      who = await auth
        .authenticate(bearer(token))
        .catch(() => new Promise((resolve) => setTimeout(resolve, 50)));
    }
    expect(who).toMatchObject({ tenant: "acme" });
  });

  test("keys that cannot be had are our trouble, not the caller's", async () => {
    const token = bearer(await sign(goodClaims));
    await expect(authenticator("absent.json").authenticate(token)).rejects.toMatchObject({
      code: "unavailable",
    });
    const nowhere = createJwtAuthenticator({
      issuer,
      audience,
      keys: jwksFromUrl("http://127.0.0.1:1/jwks"),
    });
    await expect(nowhere.authenticate(token)).rejects.toMatchObject({ code: "unavailable" });
  });

  test("takes keys from an address", async () => {
    const server = createServer((_, response) => response.end(JSON.stringify({ keys: [keys.jwk] })));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`;
    const auth = createJwtAuthenticator({ issuer, audience, keys: jwksFromUrl(url) });
    expect(await auth.authenticate(bearer(await sign(goodClaims)))).toMatchObject({ tenant: "acme" });
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
});

describe("worker keys", () => {
  const keyId = "0123456789abcdef";
  const secret = "ab".repeat(32);
  const record = { keyId, pool: "default", secretSha256: hash("sha256", secret, "hex") };
  const auth = createWorkerAuthenticator(async (id) => (id === keyId ? record : undefined));

  test("a good key opens its pool and shows nothing of the secret", async () => {
    expect(await auth.authenticate(bearer(`wk_${keyId}_${secret}`))).toEqual({ keyId, pool: "default" });
  });

  test.each([
    ["a wrong secret", `wk_${keyId}_${"cd".repeat(32)}`],
    ["an unknown id", `wk_${"0".repeat(16)}_${secret}`],
    ["no key at all", "hello"],
  ])("%s is refused", async (_what, key) => {
    await expect(auth.authenticate(bearer(key))).rejects.toMatchObject({ code: "unauthenticated" });
  });
});
