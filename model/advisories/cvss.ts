import * as calculator from "ae-cvss-calculator";
import type { Severity, SeverityLevel } from "./severity.ts";

/** CommonJS that calls itself an ES module: Node puts its exports under `default`, jest and bundlers do not. */
const { Cvss2, fromVector } = calculator.default ?? calculator;

/** Scores by vector: a feed repeats few vectors many times and a 4.0 score costs a millisecond. */
const scores = new Map<string, Severity | undefined>();
const maxCachedVectors = 20_000;

const metric = "[A-Za-z]{1,3}:[A-Za-z]{1,6}";
const vectorPattern = new RegExp(`^(?:CVSS:(?:3\\.[01]|4\\.0)/)?${metric}(?:/${metric}){0,60}$`);

/**
 * The severity of a CVSS vector 2.0, 3.0, 3.1 or 4.0. `undefined` for anything that is no vector, names a
 * metric twice or lacks a base metric: the calculator would score that 0, which reads as harmless.
 */
export function severityOfVector(vector: string): Severity | undefined {
  const text = vector.trim();
  if (!vectorPattern.test(text)) return undefined;
  if (scores.has(text)) return scores.get(text);
  if (scores.size >= maxCachedVectors) scores.clear();
  const severity = calculate(text);
  scores.set(text, severity);
  return severity;
}

function calculate(vector: string): Severity | undefined {
  const cvss = namesMetricTwice(vector) ? null : fromVector(vector);
  if (cvss === null || !cvss.isBaseFullyDefined()) return undefined;
  const isVersion2 = cvss instanceof Cvss2;
  // Only 2.0 goes without its version in front; the calculator guesses at the others.
  if (!isVersion2 && !vector.startsWith("CVSS:")) return undefined;
  const score = cvss.calculateScores().overall;
  if (!(score >= 0 && score <= 10)) return undefined;
  return { level: levelOf(score, isVersion2), cvssVector: vector, score };
}

/** The calculator would take the last of them. */
function namesMetricTwice(vector: string): boolean {
  const names = vector.split("/").map((metric) => metric.slice(0, metric.indexOf(":")));
  return new Set(names).size < names.length;
}

/**
 * The qualitative rating scale of CVSS 3.1 section 5 and 4.0 section 6, and for 2.0 the one of the
 * National Vulnerability Database, which knows no `critical`.
 */
function levelOf(score: number, isVersion2: boolean): SeverityLevel {
  if (score === 0) return "none";
  if (score < 4) return "low";
  if (score < 7) return "medium";
  if (score < 9 || isVersion2) return "high";
  return "critical";
}
