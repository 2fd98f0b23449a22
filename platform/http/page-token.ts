import { createHmac, hash, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import { canonicalJson } from "../../model/canonical.ts";
import { invalidField } from "../../model/errors.ts";

/** What a page token is bound to: it opens only for the same tenant and the same filter. */
export interface PageBinding {
  readonly tenant: string;
  /** Everything that decides which rows the list has and in which order; the page size does not belong here. */
  readonly filter: unknown;
}

/** Seals cursors into opaque tokens and opens them again. */
export interface PageTokens {
  seal(cursor: unknown, binding: PageBinding): string;
  /** The cursor, or a `DomainError` (`invalid`, field `pageToken`). The cursor is as trusted as our own code. */
  open(token: string, binding: PageBinding): unknown;
}

const payloadForm = z.tuple([z.unknown(), z.string()]);
const macBytes = 16;

/**
 * Page tokens under one key: base64url of an HMAC-SHA-256 (128 bits) over tenant and payload, then the payload
 * (cursor and a hash of the filter). All replicas of a service need the same key.
 */
export function createPageTokens(key: string | Uint8Array): PageTokens {
  const macOf = (tenant: string, payload: string) =>
    createHmac("sha256", key).update(`page-token:${tenant}:`).update(payload).digest().subarray(0, macBytes);
  return {
    seal(cursor, { tenant, filter }) {
      const payload = JSON.stringify([cursor, filterHash(filter)]);
      return Buffer.concat([macOf(tenant, payload), Buffer.from(payload)]).toString("base64url");
    },
    open(token, { tenant, filter }) {
      const bytes = Buffer.from(token.slice(0, 4000), "base64url");
      const payload = bytes.subarray(macBytes).toString("utf8");
      const mac = bytes.subarray(0, macBytes);
      if (mac.length < macBytes || !timingSafeEqual(mac, macOf(tenant, payload))) {
        throw invalidField(
          "pageToken",
          "is not a token that this list gave out to this tenant; leave it out to start again",
        );
      }
      const [cursor, sealedFilter] = payloadForm.parse(JSON.parse(payload));
      if (sealedFilter !== filterHash(filter)) {
        throw invalidField(
          "pageToken",
          "belongs to another filter; keep the filter or leave the token out to start again",
        );
      }
      return cursor;
    },
  };
}

const filterHash = (filter: unknown) =>
  hash("sha256", canonicalJson(filter ?? null), "base64url").slice(0, 16);
