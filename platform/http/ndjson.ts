import { DomainError } from "../../model/errors.ts";

export interface LineLimits {
  /** The most bytes of one line; a longer one costs only itself. */
  readonly maxLineBytes?: number;
  /** The most lines, blank ones not counted; more is `too_large`. */
  readonly maxLines?: number;
}

/** A line of a body, numbered from 1 as an editor numbers it: its text, or why it has none. */
export type Line =
  | { readonly number: number; readonly text: string }
  | { readonly number: number; readonly problem: string };

const newline = 0x0a;

/**
 * Reads a stream line by line, holding one line at a time. Blank lines are skipped. A line that is too long or not
 * UTF-8 is reported by its number and costs only itself; too many lines end the reading. The size of the whole is
 * bounded by its source (`requestStream`).
 */
export async function* readLines(
  source: AsyncIterable<Uint8Array>,
  limits: LineLimits = {},
): AsyncGenerator<Line, void, undefined> {
  const { maxLineBytes = 1_000_000, maxLines = Infinity } = limits;
  let number = 1;
  let count = 0;
  let pieces: Uint8Array[] = [];
  let bytes = 0;
  const finish = (): Line | undefined => {
    const line = bytes > maxLineBytes ? tooLong(number, maxLineBytes) : decode(number, pieces);
    pieces = [];
    bytes = 0;
    number++;
    if (line !== undefined && ++count > maxLines) {
      throw new DomainError("too_large", `The body may have ${maxLines} lines at most.`);
    }
    return line;
  };
  for await (const chunk of source) {
    let from = 0;
    while (from <= chunk.length) {
      const at = chunk.indexOf(newline, from);
      const piece = chunk.subarray(from, at === -1 ? chunk.length : at);
      bytes += piece.length;
      if (bytes <= maxLineBytes) pieces.push(piece);
      else pieces = [];
      if (at === -1) break;
      const line = finish();
      if (line !== undefined) yield line;
      from = at + 1;
    }
  }
  const last = bytes === 0 ? undefined : finish();
  if (last !== undefined) yield last;
}

function decode(number: number, pieces: readonly Uint8Array[]): Line | undefined {
  const whole = pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces);
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(whole).trim();
    return text === "" ? undefined : { number, text };
  } catch {
    return { number, problem: "is not UTF-8" };
  }
}

const tooLong = (number: number, maxLineBytes: number): Line => ({
  number,
  problem: `is longer than ${maxLineBytes} bytes`,
});
