/** A job in a worker's hands. */
export interface Lease {
  readonly job: string;
  readonly attempt: number;
  readonly worker: string | null;
}

/**
 * How many jobs a frozen worker holds, told from two looks at all leases: it is the one worker whose leases are
 * the same in both. 0 when there is none, or more than one and the looks must be repeated.
 */
export function unmovedLeases(before: readonly Lease[], after: readonly Lease[]): number {
  const later = Map.groupBy(after, ({ worker }) => worker);
  const unmoved = [...Map.groupBy(before, ({ worker }) => worker)].filter(
    ([worker, leases]) => namesOf(leases) === namesOf(later.get(worker) ?? []),
  );
  const [only, ...others] = unmoved;
  return only === undefined || others.length > 0 ? 0 : only[1].length;
}

function namesOf(leases: readonly Lease[]): string {
  return leases
    .map(({ job, attempt }) => `${job} ${attempt}`)
    .sort()
    .join();
}
