import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { StackError } from "./stack-error.ts";

/** Where the parts of a stack keep their things; everything of a stack lies below its data folder. */
export const paths = {
  lock: (dataDir: string) => path.join(dataDir, "lock"),
  state: (dataDir: string) => path.join(dataDir, "stack.json"),
  secrets: (dataDir: string) => path.join(dataDir, "secrets.json"),
  log: (dataDir: string, part: string) => path.join(dataDir, "logs", `${part}.log`),
  part: (dataDir: string, part: string) => path.join(dataDir, part),
};

/** Reads a JSON file and checks it; `undefined` when there is none. */
export function readJson<T>(file: string, schema: z.ZodType<T>): T | undefined {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw unreadable(file, "it is not JSON");
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw unreadable(file, z.prettifyError(parsed.error).replaceAll("\n", " "));
  return parsed.data;
}

/** Writes a JSON file for its owner only, whole or not at all. */
export function writeJson(file: string, value: unknown): void {
  mkdirSync(path.dirname(file), { recursive: true });
  const unfinished = `${file}.${process.pid}`;
  writeFileSync(unfinished, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  renameSync(unfinished, file);
}

function unreadable(file: string, why: string): StackError {
  return new StackError(`${file} cannot be read: ${why}. Start over with: npm run reset`);
}
