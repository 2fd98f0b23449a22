import { invalidField } from "../errors.ts";

/**
 * Reads the SHA-256 out of a `Content-Digest` header (RFC 9530), as `sha256:<hex>`; undefined when the
 * header is absent. Other algorithms beside it are passed over; none that we know is an error.
 */
export function parseContentDigest(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const match = /(?:^|,)\s*sha-256=:([A-Za-z0-9+/]{43}=):/.exec(header);
  if (match?.[1] === undefined) {
    throw invalidField("Content-Digest", "must hold sha-256=:<base64>: with the digest of the body");
  }
  const bytes = Uint8Array.from(atob(match[1]), (char) => char.charCodeAt(0));
  return `sha256:${[...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/** The value of the header for a digest `sha256:<hex>`. */
export function contentDigestOf(digest: string): string {
  const pairs = digest.slice("sha256:".length).match(/../g) ?? [];
  const bytes = pairs.map((pair) => String.fromCharCode(Number.parseInt(pair, 16)));
  return `sha-256=:${btoa(bytes.join(""))}:`;
}
