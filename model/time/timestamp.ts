import { z } from "zod";

/** The instants that both a four-digit year and PostgreSQL can write. */
const earliestMs = Date.parse("0001-01-01T00:00:00.000Z");
const latestMs = Date.parse("9999-12-31T23:59:59.999Z");

/**
 * A timestamp of a document. Any RFC 3339 instant is read; the parsed value is its canonical form (UTC,
 * milliseconds, `Z`; finer digits are cut), so that equal instants are equal strings and sort by time.
 */
export const timestamp = z.iso
  .datetime({ offset: true, error: "must be an RFC 3339 instant such as 2026-05-01T08:30:00.000Z" })
  .max(40)
  .refine(isWithinYears, "must lie in the years 0001 to 9999")
  .overwrite((text) => (isWithinYears(text) ? toTimestamp(Date.parse(text)) : text));

export type Timestamp = z.infer<typeof timestamp>;

/** The canonical text of an instant, in milliseconds since 1970 (UTC). */
export function toTimestamp(atMs: number): string {
  return new Date(atMs).toISOString();
}

function isWithinYears(text: string): boolean {
  const atMs = Date.parse(text);
  return atMs >= earliestMs && atMs <= latestMs;
}
