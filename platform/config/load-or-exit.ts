import type { z } from "zod";
import type { Config } from "./frozen.ts";
import { ConfigError, loadConfig } from "./load.ts";
import type { Environment } from "./load.ts";

/** For `main.ts` files: reads the configuration, or says on standard error what is wrong and ends the process with 2. */
export function loadConfigOrExit<Schema extends z.ZodType>(
  schema: Schema,
  env: Environment = process.env,
): Config<Schema> {
  try {
    return loadConfig(schema, env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\nSee docs/configuration.md.\n`);
    return process.exit(2);
  }
}
