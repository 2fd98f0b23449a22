import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import type { S3Client } from "@aws-sdk/client-s3";
import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { notFound } from "../../model/errors.ts";
import { blobName, digestOfName, tenantSegment } from "./blob-name.ts";
import type { BlobFacts, BlobStore } from "./blob-store.ts";
import { checkDigest } from "./digest-stream.ts";
import { callS3, createS3Client, isAbsent } from "./s3-client.ts";
import type { S3Settings } from "./s3-client.ts";
import { clearAbandoned, spool } from "./spool.ts";
import type { SpooledFile } from "./spool.ts";

/** A file's upload is tried this often: the client itself does not repeat the sending of a stream. */
const uploadTries = 3;

/**
 * Blobs as objects `<tenant>/sha256/ab/cd/abcd…` of one bucket. The key is the digest, so a blob is written to a
 * temporary file first; memory holds none of it.
 */
export async function createS3BlobStore(
  settings: S3Settings,
  spoolFolder = join(tmpdir(), "jobengine-spool"),
): Promise<BlobStore> {
  const client = createS3Client(settings);
  const Bucket = settings.bucket;
  await clearAbandoned(spoolFolder);
  const head = async (tenant: string, digest: string): Promise<BlobFacts | undefined> => {
    const command = new HeadObjectCommand({ Bucket, Key: keyOf(tenant, digest) });
    const object = await orUndefined(callS3(() => client.send(command)));
    return object && { digest, bytes: object.ContentLength ?? 0 };
  };
  return {
    head,
    async put(tenant, source, { maxBytes }) {
      tenantSegment(tenant);
      const file = await spool(spoolFolder, source, maxBytes);
      try {
        const known = await head(tenant, file.digest);
        if (known?.bytes !== file.bytes) await upload(client, Bucket, keyOf(tenant, file.digest), file);
      } finally {
        await rm(file.path, { force: true });
      }
      return { digest: file.digest, bytes: file.bytes };
    },
    async get(tenant, digest) {
      const command = new GetObjectCommand({ Bucket, Key: keyOf(tenant, digest) });
      const object = await orUndefined(callS3(() => client.send(command)));
      if (object?.Body === undefined) throw notFound("blob", digest);
      return checkDigest(object.Body as Readable, tenant, digest);
    },
    async delete(tenant, digest) {
      const command = new DeleteObjectCommand({ Bucket, Key: keyOf(tenant, digest) });
      await orUndefined(callS3(() => client.send(command)));
    },
    list: (tenant) => listObjects(client, Bucket, `${tenantSegment(tenant)}/`),
    async check() {
      await client.send(new HeadBucketCommand({ Bucket }));
    },
  };
}

const keyOf = (tenant: string, digest: string) => `${tenantSegment(tenant)}/${blobName(digest)}`;

async function upload(client: S3Client, Bucket: string, Key: string, file: SpooledFile): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const Body = createReadStream(file.path);
    try {
      await callS3(() => client.send(new PutObjectCommand({ Bucket, Key, Body, ContentLength: file.bytes })));
      return;
    } catch (error) {
      const mayPass = (error as { code?: unknown }).code === "unavailable";
      if (!mayPass || attempt >= uploadTries) throw error;
    } finally {
      Body.destroy();
    }
  }
}

async function* listObjects(
  client: S3Client,
  Bucket: string,
  Prefix: string,
): AsyncGenerator<BlobFacts, void, undefined> {
  let token: string | undefined;
  do {
    const command = new ListObjectsV2Command({ Bucket, Prefix, ...(token && { ContinuationToken: token }) });
    const page = await callS3(() => client.send(command));
    for (const object of page.Contents ?? []) {
      const digest = digestOfName(object.Key?.slice(Prefix.length) ?? "");
      if (digest !== undefined) yield { digest, bytes: object.Size ?? 0 };
    }
    token = page.NextContinuationToken;
  } while (token !== undefined);
}

async function orUndefined<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}
