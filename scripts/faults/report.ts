import type { DoneFault } from "./do-faults.ts";
import { faultKinds } from "./fault.ts";
import type { StormReport } from "./storm.ts";

/** The report as lines for people; the last one says what it comes to. */
export function reportLines(report: StormReport): string[] {
  const { ledger, verdicts, failures } = report;
  const { lost, acceptedTwice } = ledger;
  return [
    "",
    ...healingLines(report.faults),
    "",
    row(
      "jobs",
      ledger.jobs,
      `in ${count(ledger.runs)} runs, ${count(ledger.cancelledRuns)} of them cancelled`,
    ),
    row("attempts", ledger.attempts),
    row("crashes", ledger.crashes, "attempts that ended with their worker lost"),
    row("exhausted", ledger.exhausted, "jobs that used up their budgets: closed, not lost"),
    row("late results", ledger.lateConfirming + ledger.lateDiffering, lateWords(report)),
    row("rebuilds", report.rebuilds, "of the queue from PostgreSQL"),
    row("asked again", report.refusals, "calls of the API that came at a bad time"),
    row("faults", report.faults.length, `in ${report.minutes} min, seed ${report.seed}`),
    row("healed in", `${seconds(report.settledMs)} s`, "from the last fault until every run was closed"),
    row(
      "findings",
      verdicts.findings,
      `of each tenant; ${count(verdicts.different)} differ from a run in peace`,
    ),
    row("mended", verdicts.mended, "images that had no fresh verdict before an ordinary run"),
    ...ledger.broken.map((line) => `✗ ${line}`),
    ...failures.slice(0, 20).map((line) => `✗ ${line}`),
    "",
    `${report.isWhole ? "✓" : "✗"} lost ${lost}, accepted twice ${acceptedTwice}`,
  ];
}

function lateWords({ ledger }: StormReport): string {
  return `${count(ledger.lateConfirming)} confirm what was accepted, ${count(ledger.lateDiffering)} differ`;
}

/** A line for each kind: how often, and the median and the longest time to heal. */
function healingLines(faults: readonly DoneFault[]): string[] {
  const heads = ["fault".padEnd(26), "times".padStart(6), "median".padStart(10), "longest".padStart(10)];
  return [
    heads.join(""),
    ...faultKinds.map((kind) => {
      const times = faults.filter((fault) => fault.kind === kind);
      const healed = times.filter((fault) => !fault.isOverlapped).map(({ healedMs }) => healedMs);
      const sorted = healed.toSorted((a, b) => a - b);
      const middle = sorted[Math.floor(sorted.length / 2)];
      const cells = [middle, sorted.at(-1)].map((ms) =>
        (ms === undefined ? "" : `${seconds(ms)} s`).padStart(10),
      );
      return `${kind.padEnd(26)}${String(times.length).padStart(6)}${cells.join("")}`;
    }),
  ];
}

function row(name: string, value: number | string, remark = ""): string {
  const text = typeof value === "number" ? count(value) : value;
  return `${name.padEnd(14)}${text.padStart(10)}  ${remark}`.trimEnd();
}

const count = (number: number) => number.toLocaleString("en");
const seconds = (ms: number) => (ms / 1_000).toFixed(1);
