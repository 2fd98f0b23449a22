import { findGoWorker } from "./go-worker.ts";
import { findPythonWorker } from "./python-worker.ts";
import { type FindOptions, typescriptWorker, type WorkerProgram } from "./worker-program.ts";

export interface FoundPrograms {
  /** One of each language that works here, the bundled one first. */
  readonly programs: readonly WorkerProgram[];
  /** Why others are missing, a sentence each. */
  readonly missing: readonly string[];
}

/** Looks for a scan worker of each language. What is compiled or installed for it is so once, in the user's cache. */
export async function findWorkerPrograms(options: FindOptions): Promise<FoundPrograms> {
  const found = await Promise.all([findGoWorker(options), findPythonWorker(options)]);
  return {
    programs: [typescriptWorker, ...found.filter((one) => typeof one !== "string")],
    missing: found.filter((one) => typeof one === "string"),
  };
}

/** `2 TypeScript, 1 Go`. */
export function countLanguages(workers: readonly { readonly language: string }[]): string {
  const counts = Map.groupBy(workers, ({ language }) => language);
  return [...counts].map(([language, those]) => `${those.length} ${language}`).join(", ");
}
