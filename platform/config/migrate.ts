import { z } from "zod";
import type { Config } from "./frozen.ts";
import { migrationDatabasePart } from "./parts/database.ts";

/** The configuration of `npm run migrate`. */
export const migrateConfig = z.object({ database: migrationDatabasePart });

export type MigrateConfig = Config<typeof migrateConfig>;
