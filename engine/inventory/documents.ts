import { z } from "zod";
import { imageDigest } from "../../model/images/image.ts";
import { timestamp, toTimestamp } from "../../model/time/timestamp.ts";
import type { ImageRow } from "../../store/images/image-rows.ts";
import type { SbomRow } from "../../store/sboms/sbom-rows.ts";

/** What is known of an SBOM: its facts and its coverage, `components` = `matchable` + the sum of `unmatchable`. */
export const sbomDocument = z.object({
  digest: z.string().meta({ description: "SHA-256 over the bytes as they were uploaded." }),
  format: z.enum(["cyclonedx", "spdx"]),
  specVersion: z.string(),
  bytes: z.int(),
  components: z.int(),
  matchable: z.int().meta({ description: "Components that matching can look at." }),
  unmatchable: z
    .record(z.string(), z.int())
    .meta({ description: "The other components, by the reason why they cannot be matched." }),
});

export type SbomDocument = z.infer<typeof sbomDocument>;

export const imageDocument = z.object({
  schemaVersion: z.literal("scheduler.image@1"),
  digest: imageDigest,
  repository: z.string(),
  namespace: z.string(),
  tags: z.array(z.string()),
  labels: z.record(z.string(), z.string()),
  sbom: sbomDocument.optional(),
  revision: z.int().meta({ description: "Raised by every change; also the ETag." }),
  createdAt: timestamp,
  updatedAt: timestamp,
  lastSeenAt: timestamp,
});

export type ImageDocument = z.infer<typeof imageDocument>;

export function toSbomDocument(row: SbomRow): SbomDocument {
  return {
    digest: row.digest,
    format: row.format as SbomDocument["format"],
    specVersion: row.specVersion,
    bytes: row.bytes,
    components: row.componentCount,
    matchable: row.matchableCount,
    unmatchable: { ...row.unmatchable },
  };
}

export function toImageDocument(row: ImageRow): ImageDocument {
  return {
    schemaVersion: "scheduler.image@1",
    digest: row.digest,
    repository: row.repository,
    namespace: row.namespace,
    tags: [...row.tags],
    labels: { ...row.labels },
    ...(row.sbom === null ? {} : { sbom: toSbomDocument(row.sbom) }),
    revision: row.revision,
    createdAt: toTimestamp(row.createdAt.getTime()),
    updatedAt: toTimestamp(row.updatedAt.getTime()),
    lastSeenAt: toTimestamp(row.lastSeenAt.getTime()),
  };
}
