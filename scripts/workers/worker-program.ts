import path from "node:path";
import { projectRoot } from "../stack/roles/role.ts";
import { scanWorker } from "../stack/roles/scan-worker.ts";

/** A scan worker that can be started on this machine; it reads its address and key from the environment. */
export interface WorkerProgram {
  readonly language: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Where it came from, for people. */
  readonly means: string;
}

/** The bundled scan worker. */
export const typescriptWorker: WorkerProgram = {
  language: "TypeScript",
  command: process.execPath,
  args: [path.join(projectRoot, scanWorker.entry)],
  env: {},
  means: scanWorker.entry,
};
