import type { Selectable } from "kysely";
import type { ParkedJobsTable } from "../../tables.ts";

export type ParkedJobRow = Selectable<ParkedJobsTable>;
