import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createJwtAuthenticator } from "../../platform/http/auth/jwt.ts";
import { jwksFromFile } from "../../platform/http/auth/jwks.ts";
import {
  developmentAudience,
  developmentIssuer,
  mintToken,
  readOrMakeKey,
} from "../../scripts/mint-token.ts";

const folder = mkdtempSync(path.join(tmpdir(), "jobengine-identity-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const claims = {
  tenant: "acme",
  subject: "developer",
  scopes: "scheduler.runs.read",
  issuer: developmentIssuer,
  audience: developmentAudience,
  ttl: "5m",
};

test("a minted token is accepted by the service that trusts the key file", async () => {
  const token = await mintToken(await readOrMakeKey(folder), claims);
  const authenticator = createJwtAuthenticator({
    issuer: developmentIssuer,
    audience: developmentAudience,
    keys: jwksFromFile(path.join(folder, "public", "jwks.json")),
  });
  const request = new Request("http://localhost/", { headers: { authorization: `Bearer ${token}` } });
  await expect(authenticator.authenticate(request)).resolves.toMatchObject({
    tenant: "acme",
    actor: "developer",
    scopes: ["scheduler.runs.read"],
  });
});

test("the key is made once, and its private half stays out of the folder that services see", async () => {
  const key = await readOrMakeKey(folder);
  expect(await readOrMakeKey(folder)).toEqual(key);
  expect(statSync(path.join(folder, "private.jwk.json")).mode & 0o077).toBe(0);
  const { keys } = JSON.parse(readFileSync(path.join(folder, "public", "jwks.json"), "utf8")) as {
    keys: Record<string, unknown>[];
  };
  expect(keys).toHaveLength(1);
  expect(keys[0]).not.toHaveProperty("d");
});
