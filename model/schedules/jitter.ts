/**
 * The delay of one instant, in whole milliseconds within [0, windowMs): the same for the same schedule and
 * instant wherever it is computed, spread evenly over schedules. It moves the start, never the nominal time.
 */
export function jitterMs(scheduleId: string, nominalAtMs: number, windowMs: number): number {
  if (windowMs < 1) return 0;
  return mixBits(hashText(`${scheduleId}@${nominalAtMs}`)) % Math.floor(windowMs);
}

/** FNV-1a, 32 bit (http://www.isthe.com/chongo/tech/comp/fnv). */
function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash;
}

/** The 32-bit finalizer of MurmurHash3: FNV alone leaves neighbouring instants close together. */
function mixBits(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
