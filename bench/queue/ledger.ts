import type { Executed } from "./program.ts";

/** What is wrong with the books of a run over the jobs 0 to `count - 1`, or undefined. */
export function faultOf(
  count: number,
  results: readonly number[],
  executed: Executed | undefined,
): string | undefined {
  const distinct = new Set(results);
  for (let n = 0; n < count; n++) if (!distinct.has(n)) return `the result of job ${n} is lost`;
  if (results.length !== count) return `${results.length - count} results too many`;
  if (executed === undefined) return "the worker did not say what it did";
  if (executed.count !== count) return `${executed.count} executions of ${count} jobs`;
  if (executed.sum !== sumTo(count)) return `the numbers of the executed jobs make ${executed.sum}`;
  return undefined;
}

/** The checksum of an honest run: the sum of all job numbers. */
export function sumTo(count: number): number {
  return (count * (count - 1)) / 2;
}
