import * as fc from "fast-check";
import { csvColumns, csvHeader, csvLine, findingCsvLine } from "./csv.ts";
import { exampleFinding } from "./example-finding.ts";

/** Reads one record as RFC 4180 says. */
function readRecord(line: string): string[] {
  const cells: string[] = [];
  let rest = line.slice(0, -2);
  for (;;) {
    const cell = /^(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|$)/.exec(rest);
    if (cell === null) throw new Error(`not a record: ${JSON.stringify(line)}`);
    cells.push(cell[1]?.replaceAll('""', '"') ?? cell[2] ?? "");
    rest = rest.slice(cell[0].length);
    if (cell[3] === "") return cells;
  }
}

test("a finding fills the columns that the first line names", () => {
  expect(readRecord(csvHeader)).toEqual([...csvColumns]);
  const record = readRecord(findingCsvLine(exampleFinding({ advisories: ["GHSA-1", "GO-1"] })));
  expect(record).toHaveLength(csvColumns.length);
  expect(record[csvColumns.indexOf("advisories")]).toBe("GHSA-1 GO-1");
  expect(record[csvColumns.indexOf("score")]).toBe("7.2");
  expect(record.slice(-3)).toEqual(["", "", ""]);
});

test("any cells come back as they were, but for the apostrophe before a formula", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "grapheme" }), { minLength: 1, maxLength: 5 }), (cells) => {
      const back = readRecord(csvLine(cells));
      expect(back.map((cell, i) => (cell === cells[i] ? cell : cell.slice(1)))).toEqual(cells);
    }),
  );
});

test.each(["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "\r=1", "＝1", '=HYPERLINK("http://x","y")'])(
  "%p cannot run as a formula",
  (cell) => {
    expect(readRecord(csvLine([cell]))[0]).toBe(`'${cell}`);
  },
);
