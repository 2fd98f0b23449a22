import { countOf } from "./show/count-of.ts";

/** What a worker has done, as the API tells. */
export interface WorkerRecord {
  readonly sdk: { readonly language: string };
  readonly attempts: { readonly succeeded: number };
}

const titles: Readonly<Record<string, string>> = { typescript: "TypeScript", go: "Go", python: "Python" };

/** Who did how many jobs: a line for each language, those who did most first. */
export function workLines(workers: readonly WorkerRecord[]): string[] {
  const byLanguage = [...Map.groupBy(workers, ({ sdk }) => sdk.language)].map(([language, those]) => ({
    title: titles[language] ?? language,
    workers: those.length,
    jobs: those.reduce((sum, { attempts }) => sum + attempts.succeeded, 0),
  }));
  return byLanguage
    .toSorted((a, b) => b.jobs - a.jobs)
    .map(
      ({ title, workers: count, jobs }) => `${title}: ${countOf(jobs, "job")} by ${countOf(count, "worker")}`,
    );
}
