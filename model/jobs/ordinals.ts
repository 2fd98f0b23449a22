/** Images of an impact snapshot by their ordinals: from `from` up to, but without, `to`. */
export type OrdinalRange = readonly [from: number, to: number];

/** How many ordinals the ranges hold. The ranges must not overlap. */
export function countOrdinals(ranges: readonly OrdinalRange[]): number {
  return ranges.reduce((count, [from, to]) => count + (to - from), 0);
}

/** Every ordinal of the ranges, ascending when the ranges are. */
export function listOrdinals(ranges: readonly OrdinalRange[]): number[] {
  return ranges.flatMap(([from, to]) => Array.from({ length: to - from }, (_, index) => from + index));
}

/** Whether the ranges hold the ordinal. */
export function hasOrdinal(ranges: readonly OrdinalRange[], ordinal: number): boolean {
  return ranges.some(([from, to]) => from <= ordinal && ordinal < to);
}
