/** Something that a scene tells is not so. The message says what, with the numbers. */
export class SceneFailed extends Error {
  override name = "SceneFailed";
}

/** Goes on only when what is told is true. */
export function mustHold(isTrue: boolean, what: string): void {
  if (!isTrue) throw new SceneFailed(what);
}

/** Goes on only when the engine's number is the expected one. */
export function mustBe(actual: number, expected: number, what: string): void {
  mustHold(actual === expected, `${what}: ${expected} expected, ${actual} found`);
}
