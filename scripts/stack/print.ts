import path from "node:path";
import { styleText } from "node:util";

/** Lines for people. Colours appear on a terminal only, and not when NO_COLOR is set. */
export interface Printer {
  /** `title: text`, with the titles in one column. */
  readonly step: (line: string) => void;
  /** A heading with an empty line around it. */
  heading(text: string): void;
  /** Two aligned columns. */
  table(rows: readonly (readonly [string, string])[]): void;
  text(line: string): void;
}

const titleWidth = 24;

/** A path as people read it best: relative below the current folder, absolute elsewhere. */
export function shownPath(file: string): string {
  const relative = path.relative(process.cwd(), file);
  return relative === "" || relative.startsWith("..") ? file : relative;
}

/** Prints to standard output, or to standard error when that is kept for a JSON object. */
export function createPrinter(stream: NodeJS.WriteStream): Printer {
  const paint = (style: Parameters<typeof styleText>[0], text: string) => styleText(style, text, { stream });
  // A reader that has seen enough (`| head`) is no reason to fail.
  stream.on("error", () => {});
  const write = (line: string) => void stream.write(`${line}\n`);
  return {
    step: (line) => {
      const colon = line.indexOf(": ");
      const title = colon < 0 ? "" : `${line.slice(0, colon)} `.padEnd(titleWidth);
      write(`  ${paint("bold", title)}${colon < 0 ? line : line.slice(colon + 2)}`);
    },
    heading: (text) => write(`\n${paint("bold", text)}\n`),
    table(rows) {
      const width = Math.max(...rows.map(([name]) => name.length)) + 3;
      for (const [name, value] of rows) write(`  ${paint("dim", name.padEnd(width))}${value}`);
    },
    text: write,
  };
}
