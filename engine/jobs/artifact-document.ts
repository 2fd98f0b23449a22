import { z } from "zod";
import { timestamp, toTimestamp } from "../../model/time/timestamp.ts";
import type { ArtifactRow } from "../../store/jobs/artifacts.ts";

/** What a name of an artifact may be; safe in a path, a header and a file system. */
export const artifactName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/, "must be 1 to 128 of A-Z a-z 0-9 . _ -");

/** An artifact as the API shows it. */
export const artifactDocument = z.object({
  name: z.string(),
  attempt: z.int().meta({ description: "The attempt that stored it." }),
  uri: z.string().meta({ description: "Where its bytes are: a path below the address of this API." }),
  digest: z.string().meta({ description: "`sha256:` and 64 hexadecimal digits." }),
  bytes: z.int(),
  mime: z.string(),
  createdAt: timestamp,
});

export type ArtifactDocument = z.infer<typeof artifactDocument>;

export function toArtifactDocument(row: ArtifactRow): ArtifactDocument {
  return {
    name: row.name,
    attempt: row.attempt,
    uri: artifactUri(row),
    digest: row.digest,
    bytes: row.bytes,
    mime: row.mime,
    createdAt: toTimestamp(row.created_at.getTime()),
  };
}

/** The path of the bytes; it names the attempt, so that it always means the same ones. */
export function artifactUri({
  job_id,
  attempt,
  name,
}: Pick<ArtifactRow, "job_id" | "attempt" | "name">): string {
  return `/api/v1/scheduler/jobs/${job_id}/artifacts/${name}?attempt=${attempt}`;
}
