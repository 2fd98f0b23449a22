import { Temporal } from "temporal-polyfill";
import { invalidField } from "../errors.ts";

/** A stretch of time in which a zone's clock keeps one distance from UTC. All values in milliseconds. */
export interface OffsetPeriod {
  /** The first instant of the period, `-Infinity` when the zone never changed before. */
  readonly startMs: number;
  /** The first instant after the period, `Infinity` when the zone never changes again. */
  readonly endMs: number;
  /** Local time minus UTC. */
  readonly offsetMs: number;
  /** The offset right before `startMs`; equal to `offsetMs` when there is none. */
  readonly offsetBeforeMs: number;
}

/** IANA names only: fixed offsets such as `+02:00` know no summer time and hide that they do not. */
const zoneName = /^[A-Za-z][A-Za-z0-9_+-]{0,31}(?:\/[A-Za-z0-9_+-]{1,31}){0,2}$/;

/**
 * Reads an IANA time zone and returns its name as the tz database spells it (`europe/berlin` becomes
 * `Europe/Berlin`). Throws `invalid` at the field `timezone`.
 */
export function parseZone(text: string): string {
  if (zoneName.test(text)) {
    try {
      return at(text, 0).timeZoneId;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  throw invalidField(
    "timezone",
    `${JSON.stringify(text.slice(0, 64))} is no IANA time zone; use a name such as "Europe/Berlin" or "UTC"`,
  );
}

/** The period of `zone` that holds an instant. About 0.1 ms, the first call for a zone some milliseconds. */
export function offsetPeriodAt(zone: string, atMs: number): OffsetPeriod {
  const now = at(zone, atMs);
  const start = at(zone, atMs + 1).getTimeZoneTransition("previous");
  const end = now.getTimeZoneTransition("next");
  const offsetMs = now.offsetNanoseconds / 1e6;
  return {
    startMs: start?.epochMilliseconds ?? -Infinity,
    endMs: end?.epochMilliseconds ?? Infinity,
    offsetMs,
    offsetBeforeMs: start ? at(zone, start.epochMilliseconds - 1).offsetNanoseconds / 1e6 : offsetMs,
  };
}

function at(zone: string, atMs: number): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(zone);
}
