import { v7 } from "uuid";

/**
 * A prefixed, time-ordered id: `<prefix>_` and the 32 hex digits of a UUIDv7 (monotonic within a
 * millisecond, unlike `crypto.randomUUIDv7`).
 */
export function newId(prefix: string): string {
  return `${prefix}_${v7().replaceAll("-", "")}`;
}
