import { z } from "zod";
import { address, choice, flag, text } from "../values.ts";
import { variable } from "../variable.ts";

const s3Part = z.object({
  endpoint: variable(
    "JOBENGINE_S3_ENDPOINT",
    "The S3 server; without it AWS itself.",
    address(["http", "https"], "http://127.0.0.1:7070").optional(),
  ),
  region: variable(
    "JOBENGINE_S3_REGION",
    "The bucket's region.",
    text("a region's name").default("us-east-1"),
  ),
  bucket: variable(
    "JOBENGINE_S3_BUCKET",
    "The bucket. Needed with `s3`.",
    text("a bucket's name", /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/).optional(),
  ),
  accessKeyId: variable(
    "JOBENGINE_S3_ACCESS_KEY_ID",
    "The key's id. Needed with `s3`.",
    text("text").optional(),
  ),
  secretAccessKey: variable(
    "JOBENGINE_S3_SECRET_ACCESS_KEY",
    "The key's secret. Needed with `s3`.",
    text("text").optional(),
    { isSecret: true },
  ),
  forcePathStyle: variable(
    "JOBENGINE_S3_FORCE_PATH_STYLE",
    "Whether the bucket stands in the path instead of the host name, as most servers but AWS want it.",
    flag().default(true),
  ),
});

const neededForS3 = ["bucket", "accessKeyId", "secretAccessKey"] as const;

export const blobsPart = z
  .object({
    store: variable(
      "JOBENGINE_BLOB_STORE",
      "Where blobs are kept.",
      choice(["seed-fs", "s3"]).default("seed-fs"),
    ),
    dir: variable(
      "JOBENGINE_BLOB_DIR",
      "The folder of `seed-fs`; created when it is absent.",
      text("a path").default(".jobengine/blobs"),
    ),
    s3: s3Part,
  })
  .superRefine((blobs, context) => {
    if (blobs.store !== "s3") return;
    for (const key of neededForS3) {
      if (blobs.s3[key] !== undefined) continue;
      context.addIssue({ code: "custom", path: ["s3", key], message: "JOBENGINE_BLOB_STORE=s3 needs it" });
    }
  });
