import type { BlobStore } from "./blob-store.ts";
import { createS3BlobStore } from "./s3.ts";
import { createSeedFsBlobStore } from "./seed-fs.ts";

export interface BlobSettings {
  readonly store: "seed-fs" | "s3";
  readonly dir: string;
  readonly s3: {
    readonly endpoint?: string | undefined;
    readonly region: string;
    readonly bucket?: string | undefined;
    readonly accessKeyId?: string | undefined;
    readonly secretAccessKey?: string | undefined;
    readonly forcePathStyle: boolean;
  };
}

/** The blob store that the configuration asks for; the configuration's schema has checked that it is complete. */
export async function createBlobStore({ store, dir, s3 }: BlobSettings): Promise<BlobStore> {
  if (store === "seed-fs") return createSeedFsBlobStore(dir);
  const { bucket, accessKeyId, secretAccessKey } = s3;
  if (bucket === undefined || accessKeyId === undefined || secretAccessKey === undefined) {
    throw new TypeError("The s3 blob store needs a bucket and a key.");
  }
  return createS3BlobStore({ ...s3, bucket, accessKeyId, secretAccessKey });
}
