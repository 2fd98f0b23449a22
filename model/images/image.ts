import { z } from "zod";
import { labels } from "../labels.ts";
import { sortedSet } from "../sorted-set.ts";
import { timestamp } from "../time/timestamp.ts";

/** The digest of an image's manifest: the identity of an image. */
export const imageDigest = z
  .string()
  .regex(/^sha256:[0-9a-f]{64}$/, "must be sha256: and 64 lower-case hexadecimal digits");

/** A repository with its registry, as in `registry.example.com:5000/team/app`; no tag, no digest. */
export const repository = z
  .string()
  .max(255)
  .regex(
    /^[A-Za-z0-9](?:[A-Za-z0-9._:/-]*[A-Za-z0-9])?$/,
    "must be a repository such as registry.example.com/team/app",
  );

/** Where an image runs or to whom it belongs: a name of the caller's choice. */
export const namespace = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._/-]{0,127}$/, "must be 1 to 128 characters of A-Z, a-z, 0-9, . _ / -");

/** A tag as the OCI distribution specification allows it. */
export const tag = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/, "must be a tag such as 1.4.2");

/** What a caller tells about an image. Tags and labels replace those known before. */
export const imageUpsert = z.strictObject({
  digest: imageDigest,
  repository,
  namespace: namespace.default("default"),
  tags: sortedSet(tag, 200).default([]),
  labels: labels.default({}),
  /** When the image was last seen in use; the time of the request when absent. */
  lastSeenAt: timestamp.optional(),
});

export type ImageUpsert = z.infer<typeof imageUpsert>;
