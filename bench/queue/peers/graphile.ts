import { createRequire } from "node:module";
import path from "node:path";

/** What the bench uses of graphile-worker; like BullMQ it is in the cache, without its types. */
export interface Graphile {
  readonly run: (options: object) => Promise<{ stop(): Promise<void> }>;
  readonly runMigrations: (options: object) => Promise<void>;
  readonly Logger: new (factory: () => () => void) => unknown;
}

export function loadGraphile(modulesDir: string): Graphile {
  return createRequire(path.join(modulesDir, "package.json"))("graphile-worker") as Graphile;
}
