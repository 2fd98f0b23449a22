import type { OrdinalRange } from "./ordinals.ts";

/**
 * What is left of a segment that settled partly: its ranges without the settled ordinals, ascending, not
 * touching each other. Settled ordinals that are not part of the segment change nothing. Empty: all settled.
 */
export function restOfSegment(segment: readonly OrdinalRange[], settled: Iterable<number>): OrdinalRange[] {
  const done = new Set(settled);
  const rest: [number, number][] = [];
  for (const [from, to] of segment.toSorted(([a], [b]) => a - b)) {
    for (let ordinal = from; ordinal < to; ordinal += 1) {
      if (done.has(ordinal)) continue;
      const last = rest.at(-1);
      if (last && last[1] === ordinal) last[1] = ordinal + 1;
      else rest.push([ordinal, ordinal + 1]);
    }
  }
  return rest;
}
