import { invalidField } from "../errors.ts";
import { timestamp } from "../time/timestamp.ts";

const dayPattern = /^\d{4}-\d{2}-\d{2}$/;
const dayMs = 86_400_000;

/**
 * Reads an instant of the past, in milliseconds since 1970: an RFC 3339 instant, or a day (UTC), which means
 * its end, or now while the day lasts.
 * @throws DomainError `invalid` at the field `asOf` when the text is neither or lies in the future.
 */
export function parseAsOf(text: string, nowMs: number): number {
  const isDay = dayPattern.test(text);
  const parsed = timestamp.safeParse(isDay ? `${text}T00:00:00.000Z` : text);
  if (!parsed.success) {
    throw invalidField("asOf", "must be an instant such as 2026-05-01T08:30:00Z or a day such as 2026-05-01");
  }
  const startMs = Date.parse(parsed.data);
  if (startMs > nowMs) throw invalidField("asOf", "lies in the future");
  return isDay ? Math.min(startMs + dayMs - 1, nowMs) : startMs;
}
