import { readFile, stat } from "node:fs/promises";
import { createLocalJWKSet, createRemoteJWKSet, errors } from "jose";
import type { JSONWebKeySet, JWTVerifyGetKey } from "jose";
import { DomainError } from "../../../model/errors.ts";

/** How long a stale answer about the file's state is believed. */
const fileCheckMs = 1000;

/** Keys from a JWKS file, read again when the file has changed. */
export function jwksFromFile(path: string): JWTVerifyGetKey {
  let keys: JWTVerifyGetKey | undefined;
  let version = "";
  let checkedAt = -Infinity;
  const load = async (): Promise<JWTVerifyGetKey> => {
    if (keys !== undefined && performance.now() - checkedAt < fileCheckMs) return keys;
    const state = await stat(path);
    const current = `${state.mtimeMs}:${state.size}:${state.ino}`;
    if (keys === undefined || current !== version) {
      keys = createLocalJWKSet(JSON.parse(await readFile(path, "utf8")) as JSONWebKeySet);
      version = current;
    }
    checkedAt = performance.now();
    return keys;
  };
  return async (header, token) => {
    const known = await load().catch(noKeys);
    return known(header, token);
  };
}

/** Keys from a JWKS address: fetched within 5 s, kept for 10 min, fetched anew for an unknown key id every 30 s at most. */
export function jwksFromUrl(url: string): JWTVerifyGetKey {
  const remote = createRemoteJWKSet(new URL(url), {
    timeoutDuration: 5000,
    cooldownDuration: 30_000,
    cacheMaxAge: 600_000,
  });
  return async (header, token) => {
    try {
      return await remote(header, token);
    } catch (error) {
      if (isAboutTheToken(error)) throw error;
      return noKeys(error);
    }
  };
}

/** The token names a key that the set does not have: the caller's fault. Everything else is the set's. */
function isAboutTheToken(error: unknown): boolean {
  return error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys;
}

function noKeys(cause: unknown): never {
  throw new DomainError("unavailable", "The keys to check tokens with cannot be had. Try again.", { cause });
}
