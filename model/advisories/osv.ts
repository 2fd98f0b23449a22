import { z } from "zod";
import { DomainError } from "../errors.ts";

/** Text that PostgreSQL and a log line can hold: no control characters, no lone surrogates. */
function text(maxLength: number) {
  return z
    .string()
    .min(1)
    .max(maxLength)
    .refine((value) => isPlain(value), "holds a control character or half a character");
}

/** Longest package name, in UTF-16 units: with its ecosystem it must fit into an index of PostgreSQL. */
export const packageNameMaxLength = 512;

const id = text(256);
const instant = z.iso.datetime({ offset: true });

const rangeEvent = z
  .object({
    introduced: text(1_024).optional(),
    fixed: text(1_024).optional(),
    last_affected: text(1_024).optional(),
    limit: text(1_024).optional(),
  })
  .refine(
    (event) => Object.values(event).some((version) => version !== undefined),
    "needs one of introduced, fixed, last_affected, limit",
  );

const severity = z.array(z.object({ type: z.string().max(64), score: z.string().max(512) })).max(100);

const affected = z.object({
  /** Absent where only git ranges say what is affected. */
  package: z
    .object({
      ecosystem: text(128),
      name: text(packageNameMaxLength),
      purl: z.string().max(4_096).optional(),
    })
    .optional(),
  severity: severity.nullish(),
  ranges: z
    .array(
      z.object({
        type: z.enum(["SEMVER", "ECOSYSTEM", "GIT"]),
        events: z.array(rangeEvent).min(1).max(20_000),
      }),
    )
    .max(10_000)
    .nullish(),
  versions: z.array(text(1_024)).max(200_000).nullish(),
});

/**
 * An OSV 1.x record, the part of it that is read (https://ossf.github.io/osv-schema/). Fields that are not
 * named here are ignored, so that newer 1.x records pass.
 */
export const osvSchema = z.object({
  schema_version: z.string().max(32).regex(/^1\./, "is not 1.x").nullish(),
  id,
  modified: instant,
  published: instant.nullish(),
  withdrawn: instant.nullish(),
  aliases: z.array(id).max(1_000).nullish(),
  upstream: z.array(id).max(10_000).nullish(),
  severity: severity.nullish(),
  affected: z.array(affected).max(10_000).nullish(),
  database_specific: z.looseObject({ severity: z.unknown().optional() }).nullish(),
});

/** A record as published, checked. */
export type OsvRecord = z.infer<typeof osvSchema>;

/**
 * Checks one OSV record.
 * @throws DomainError `invalid` whose fields name the places, as in `affected[3].ranges[0].type`.
 */
export function parseOsv(value: unknown): OsvRecord {
  const result = osvSchema.safeParse(value);
  if (result.success) return result.data;
  const fields = result.error.issues
    .slice(0, 20)
    .map(({ path, message }) => ({ path: place(path), message }));
  const first = fields[0];
  const message = first === undefined ? "is not an OSV record" : `${first.path}: ${first.message}`;
  throw new DomainError("invalid", message, { fields });
}

/** `["affected", 3, "name"]` as `affected[3].name`; the record itself is `record`. */
function place(path: readonly PropertyKey[]): string {
  let written = "";
  for (const step of path) {
    if (typeof step === "number") written += `[${step}]`;
    else written += written === "" ? String(step) : `.${String(step)}`;
  }
  return written === "" ? "record" : written;
}

function isPlain(value: string): boolean {
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (code < 0x20 || code === 0x7f) return false;
  }
  return value.isWellFormed();
}
