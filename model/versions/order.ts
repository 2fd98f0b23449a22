/**
 * How the versions of one ecosystem are read and ordered. `parse` is total: a text that is no version of
 * the ecosystem is `undefined`, nothing is thrown. `compare` is a total order over parsed versions:
 * negative, zero or positive as for `Array.sort`.
 */
export interface VersionOrder<V> {
  parse(text: string): V | undefined;
  compare(a: V, b: V): number;
}

/** Longest text that is read as a version, in UTF-16 units. Real ones stay under 200. */
export const versionMaxLength = 1_024;
