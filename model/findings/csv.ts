import type { FindingView } from "./finding-view.ts";

/** The columns of a findings file, always all of them, so that scripts can rely on their places. */
export const csvColumns = [
  "imageDigest",
  "repository",
  "purl",
  "vulnerability",
  "advisories",
  "severity",
  "score",
  "cvss",
  "fixedVersion",
  "firstSeenAt",
  "firstRun",
  "cause",
  "closedAt",
  "closedRun",
  "closedCause",
] as const satisfies readonly (keyof FindingView)[];

/**
 * Spreadsheets run a cell that starts so as a formula, also behind blanks and with full-width signs
 * (https://owasp.org/www-community/attacks/CSV_Injection). An apostrophe in front makes it text.
 */
const formulaStart = /^\s*[=+\-@\t\r\n＝＋－＠]/u;

/** The first line of a findings file. */
export const csvHeader = csvLine(csvColumns);

/** The line of one finding; its advisories stand in one cell, separated by blanks. */
export function findingCsvLine(finding: FindingView): string {
  return csvLine(
    csvColumns.map((column) => {
      const value = finding[column];
      return Array.isArray(value) ? value.join(" ") : String(value ?? "");
    }),
  );
}

/** One record of RFC 4180, with its line end. */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map((cell) => quoted(withoutFormula(cell))).join(",")}\r\n`;
}

function withoutFormula(cell: string): string {
  return formulaStart.test(cell) ? `'${cell}` : cell;
}

function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
