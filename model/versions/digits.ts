/**
 * Compares two runs of decimal digits by their value, whatever their length: versions hold dates and
 * counters beyond what a double keeps apart. The empty run counts as zero.
 */
export function compareDigits(a: string, b: string): number {
  const left = withoutLeadingZeros(a);
  const right = withoutLeadingZeros(b);
  if (left.length !== right.length) return left.length - right.length;
  return compareText(left, right);
}

/** Compares by UTF-16 code units, which for the ASCII of versions is the order of bytes. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Whether the text is one or more ASCII digits. */
export function isDigits(text: string): boolean {
  return /^[0-9]+$/.test(text);
}

function withoutLeadingZeros(digits: string): string {
  let start = 0;
  while (start < digits.length && digits[start] === "0") start++;
  return start === 0 ? digits : digits.slice(start);
}
