/** What is known of a blob without reading it. */
export interface BlobFacts {
  /** `sha256:` and 64 hex digits. */
  readonly digest: string;
  readonly bytes: number;
}

export type BlobSource = Uint8Array | AsyncIterable<Uint8Array>;

/**
 * Keeps bytes under their digest, apart for each tenant: no tenant can learn from here, not even by speed, that
 * another has the same bytes. Wrong tenants and digests are `invalid`, a store that cannot be reached `unavailable`.
 */
export interface BlobStore {
  /**
   * Stores bytes and answers once they are durable. The same bytes again change nothing. More than `maxBytes` is
   * `too_large`; a source that fails leaves nothing behind.
   */
  put(tenant: string, source: BlobSource, options: { maxBytes: number }): Promise<BlobFacts>;
  /**
   * The bytes, checked against the digest while they are read: the stream of a damaged blob ends with a
   * `BlobDamagedError` instead of its last piece. An absent blob is `not_found`.
   */
  get(tenant: string, digest: string): Promise<AsyncIterable<Uint8Array>>;
  /** Undefined when the tenant has no such blob. */
  head(tenant: string, digest: string): Promise<BlobFacts | undefined>;
  /** An absent blob is deleted already. */
  delete(tenant: string, digest: string): Promise<void>;
  /** All blobs of a tenant, in no order that means anything. */
  list(tenant: string): AsyncIterable<BlobFacts>;
  /** Resolves when the store works; for readiness. */
  check(): Promise<void>;
}

/** The stored bytes are not those of the digest. Nobody's request is at fault; the log must say so. */
export class BlobDamagedError extends Error {
  constructor(tenant: string, digest: string) {
    super(`The stored bytes of blob ${digest} of tenant ${tenant} do not have this digest.`);
    this.name = "BlobDamagedError";
  }
}
