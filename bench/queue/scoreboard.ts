import { report } from "../stack.ts";

/** One ratio that the queue is meant to reach. */
export interface Ratio {
  readonly what: string;
  readonly value: number;
  readonly target: number;
  /** Whether the value should be at least or at most the target. */
  readonly sense: "at least" | "at most";
}

export function isMet({ value, target, sense }: Ratio): boolean {
  return sense === "at least" ? value >= target : value <= target;
}

/** Collects what the measurements say; the books must be right, the ratios are only shown. */
export interface Scoreboard {
  ratio(ratio: Ratio): void;
  /** The books of one round: what is wrong with them, or undefined. */
  books(what: string, fault: string | undefined): void;
  print(): void;
}

export function createScoreboard(): Scoreboard {
  const ratios: Ratio[] = [];
  let rounds = 0;
  const faults: string[] = [];
  return {
    ratio(ratio) {
      ratios.push(ratio);
    },
    books(what, fault) {
      rounds += 1;
      if (fault === undefined) return;
      faults.push(`${what}: ${fault}`);
      console.log(`  LEDGER WRONG, ${what}: ${fault}`);
      process.exitCode = 1;
    },
    print() {
      console.log("\nRatios, each of medians of this run");
      for (const ratio of ratios) {
        const mark = isMet(ratio) ? "reached" : "MISSED";
        report(ratio.what, `${ratio.value.toFixed(2)} ×`, `${mark}: ${ratio.sense} ${ratio.target} ×`);
      }
      const books = faults.length === 0 ? "nothing lost, nothing twice" : `${faults.length} WRONG`;
      report("ledgers", books, `${rounds} rounds`);
    },
  };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

export function perSecond(value: number): string {
  return `${Math.round(value).toLocaleString("en")} /s`;
}
