import { styleText } from "node:util";
import { createLogUpdate } from "log-update";
import { bar, type Progress, progressText } from "./bar.ts";

/** A line that is redrawn while something goes on, and stays when it has ended. */
export interface LiveLine {
  update(progress: Omit<Progress, "elapsedMs">): void;
  /** Draws the last state and goes on below. */
  done(): void;
  /** Goes on below, whatever was drawn. */
  abandon(): void;
}

/** What the demo shows. On a terminal with colours and moving bars, in a pipe as plain lines. */
export interface Screen {
  title(text: string): void;
  /** The heading of a scene, numbered. */
  scene(text: string): void;
  say(text: string): void;
  /** What was promised and found true. */
  held(text: string): void;
  /** Something left out, and why. */
  leftOut(text: string): void;
  table(rows: readonly (readonly string[])[], heads?: readonly string[]): void;
  live(label: string, unit: string): LiveLine;
}

const barWidth = 28;
const labelWidth = 12;
/** A terminal that is narrower, or tells no width, gets plain lines. */
const leastColumns = 80;
/** In a pipe a line is written at most this often. */
const plainIntervalMs = 2_000;

export function createScreen(stream: NodeJS.WriteStream, clockMs: () => number): Screen {
  // A reader that has seen enough (`| head`) is no reason to fail.
  stream.on("error", () => {});
  const paint = (style: Parameters<typeof styleText>[0], text: string) => styleText(style, text, { stream });
  const write = (line: string) => void stream.write(`${line}\n`);
  let scenes = 0;
  return {
    title: (text) => write(`\n${paint(["bold", "cyan"], text)}`),
    scene: (text) => write(`\n${paint("bold", `${++scenes}. ${text}`)}`),
    say: (text) => write(`   ${text}`),
    held: (text) => write(`   ${paint("green", "✓")} ${text}`),
    leftOut: (text) => write(`   ${paint("yellow", "–")} ${text}`),
    table: (rows, heads) => tableLines(rows, heads, paint).forEach(write),
    live: (label, unit) =>
      stream.isTTY && stream.columns >= leastColumns
        ? movingLine(stream, label, unit, clockMs, paint)
        : plainLine(write, label, unit, clockMs),
  };
}

type Paint = (style: Parameters<typeof styleText>[0], text: string) => string;

function movingLine(
  stream: NodeJS.WriteStream,
  label: string,
  unit: string,
  clockMs: () => number,
  paint: Paint,
): LiveLine {
  const draw = createLogUpdate(stream);
  const startedMs = clockMs();
  let last: Omit<Progress, "elapsedMs"> | undefined;
  const show = () => {
    if (last === undefined) return;
    const progress = { ...last, elapsedMs: clockMs() - startedMs };
    const name = label.padEnd(labelWidth);
    draw(`   ${name}${paint("cyan", bar(progress, barWidth))} ${progressText(progress, unit)}`);
  };
  return {
    update: (progress) => {
      last = progress;
      show();
    },
    done: () => {
      show();
      draw.done();
    },
    abandon: () => draw.done(),
  };
}

function plainLine(
  write: (line: string) => void,
  label: string,
  unit: string,
  clockMs: () => number,
): LiveLine {
  const startedMs = clockMs();
  let shownMs = startedMs;
  let last: Omit<Progress, "elapsedMs"> | undefined;
  const show = () => {
    if (last === undefined) return;
    shownMs = clockMs();
    write(`   ${label}: ${progressText({ ...last, elapsedMs: shownMs - startedMs }, unit)}`);
  };
  return {
    update: (progress) => {
      last = progress;
      if (clockMs() - shownMs >= plainIntervalMs) show();
    },
    done: show,
    abandon: () => {},
  };
}

/** Columns as wide as their widest cell; columns of numbers to the right. */
function tableLines(
  rows: readonly (readonly string[])[],
  heads: readonly string[] | undefined,
  paint: Paint,
): string[] {
  const all = heads === undefined ? rows : [heads, ...rows];
  const columns = Math.max(0, ...all.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...all.map((row) => (row[column] ?? "").length)),
  );
  const isNumeric = widths.map((_, column) => rows.every((row) => /^\d*(\.\d+)?$/.test(row[column] ?? "")));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) =>
        isNumeric[column] === true ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join("  ")
      .trimEnd();
  return all.map((row) => {
    const text = `   ${line(row)}`;
    return row === heads ? paint("dim", text) : text;
  });
}
