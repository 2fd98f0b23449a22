/**
 * The known name that the given one was probably meant to be: the one with the fewest single-character
 * edits, compared without regard to case, `_` and `-`. Undefined when nothing is near (more than a third
 * of the letters differ). Names longer than 100 characters are never matched, so the cost stays bounded.
 */
export function nearestName(given: string, known: Iterable<string>): string | undefined {
  if (given.length > 100) return undefined;
  const wanted = plain(given);
  let best: string | undefined;
  let bestDistance = Infinity;
  for (const name of known) {
    const candidate = plain(name);
    const distance = editDistance(wanted, candidate);
    const allowed = Math.max(1, Math.floor(Math.max(wanted.length, candidate.length) / 3));
    if (distance <= allowed && distance < bestDistance) {
      best = name;
      bestDistance = distance;
    }
  }
  return best;
}

const plain = (name: string) => name.toLowerCase().replaceAll(/[_-]/g, "");

/** Edits, two swapped neighbours counting as one (optimal string alignment), by three rows. */
function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let cost = Math.min(substitution, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (isSwap) cost = Math.min(cost, (beforePrevious[j - 2] ?? 0) + 1);
      current[j] = cost;
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[b.length] ?? 0;
}
