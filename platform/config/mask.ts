/** The longest piece of a given value that an error repeats. */
const shownLength = 100;

/** A given value as an error may show it: secrets by their length only, addresses without their password. */
export function maskValue(given: string, isSecret: boolean): string {
  if (isSecret) return `(secret, ${given.length} characters)`;
  return JSON.stringify(maskPassword(given).slice(0, shownLength));
}

/** Hides the password of anything that looks like an address, well-formed or not. */
export function maskPassword(text: string): string {
  return text.replace(
    /^([^:/@]*:\/\/)?([^:/@]*):(.*)@/,
    (_whole, scheme: string | undefined, user: string) => `${scheme ?? ""}${user}:***@`,
  );
}
