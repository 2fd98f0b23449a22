import { accessSync, constants, statSync } from "node:fs";
import path from "node:path";
import { checkProgram, isMiss, type Means } from "./program.ts";

/** The full path of an executable on the PATH, or in one of the further folders. */
export function which(name: string, furtherFolders: readonly string[] = []): string | undefined {
  const folders = [...(process.env["PATH"] ?? "").split(path.delimiter), ...furtherFolders];
  return folders
    .filter((folder) => folder !== "")
    .map((folder) => path.join(folder, name))
    .find(isExecutable);
}

/** The PATH, when what lies there has the version that we need. */
export function onPath(furtherFolders: readonly string[] = []): Means {
  return async (wanted, search) => {
    const binary = which(wanted.binaryName, furtherFolders);
    if (binary === undefined) return { why: `no ${wanted.binaryName} on the PATH` };
    const found = await checkProgram(wanted, binary, "PATH", search.signal);
    if (isMiss(found)) search.onLine(`${wanted.title}: ${found.why}, looking further`);
    return found;
  };
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
