import path from "node:path";
import { projectRoot } from "../stack/roles/role.ts";
import { scanWorker } from "../stack/roles/scan-worker.ts";

/** A scan worker that can be started on this machine; it reads its address and key from the environment. */
export interface WorkerProgram {
  readonly language: "TypeScript" | "Go" | "Python";
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Where it came from, for people. */
  readonly means: string;
}

/** How a search is ended, and who hears of what takes time. */
export interface FindOptions {
  readonly signal: AbortSignal;
  readonly onLine: (line: string) => void;
}

/** The bundled scan worker. */
export const typescriptWorker: WorkerProgram = {
  language: "TypeScript",
  command: process.execPath,
  args: [path.join(projectRoot, scanWorker.entry)],
  env: {},
  means: scanWorker.entry,
};

/** The scanner's matching without a worker, for one in another language to run. */
export const matcherCommand: readonly string[] = [
  process.execPath,
  path.join(projectRoot, "scanner/matcher.ts"),
];
