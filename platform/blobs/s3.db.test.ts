import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { describeBlobStore } from "./contract.ts";
import { createS3Client } from "./s3-client.ts";
import { createS3BlobStore } from "./s3.ts";

const settings = {
  endpoint: process.env["TEST_S3_ENDPOINT"],
  region: "us-east-1",
  bucket: `je-test-${randomBytes(6).toString("hex")}`,
  accessKeyId: process.env["TEST_S3_ACCESS_KEY"] ?? "",
  secretAccessKey: process.env["TEST_S3_SECRET_KEY"] ?? "",
  forcePathStyle: true,
};
const client = createS3Client(settings);
const Bucket = settings.bucket;
let spoolFolder: string;

beforeAll(async () => {
  spoolFolder = await mkdtemp(join(tmpdir(), "spool-"));
  await client.send(new CreateBucketCommand({ Bucket }));
});

afterAll(async () => {
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket }));
  for (const { Key } of Contents) await client.send(new DeleteObjectCommand({ Bucket, Key }));
  await client.send(new DeleteBucketCommand({ Bucket }));
  client.destroy();
  await rm(spoolFolder, { recursive: true });
});

describeBlobStore("s3", async () => ({
  store: await createS3BlobStore(settings, spoolFolder),
  overwrite: async (tenant, name, bytes) => {
    await client.send(new PutObjectCommand({ Bucket, Key: `${tenant}/${name}`, Body: bytes }));
  },
}));

test("no spooled file outlives its upload", async () => {
  expect(await readdir(spoolFolder)).toEqual([]);
});

test("a server that is not there is unavailable, for a while", async () => {
  const store = await createS3BlobStore({ ...settings, endpoint: "http://127.0.0.1:1" }, spoolFolder);
  await expect(store.put("acme", Buffer.from("x"), { maxBytes: 10 })).rejects.toMatchObject({
    code: "unavailable",
  });
  await expect(store.check()).rejects.toBeDefined();
});

test("a wrong key is refused", async () => {
  const store = await createS3BlobStore({ ...settings, secretAccessKey: "wrong" }, spoolFolder);
  await expect(store.put("acme", Buffer.from("x"), { maxBytes: 10 })).rejects.toBeDefined();
  await expect(store.check()).rejects.toBeDefined();
});
