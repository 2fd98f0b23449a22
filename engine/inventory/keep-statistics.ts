import { type BulkTable, refreshStatistics } from "../../store/statistics.ts";
import { withEngine } from "../../store/tenant.ts";
import type { Engine } from "../context.ts";

/**
 * After a load: keeps the planner's statistics close to what the tables hold. It is no part of the load's
 * promise, so a failure is logged and passed over.
 */
export async function keepStatistics(engine: Engine, tables: readonly BulkTable[]): Promise<void> {
  try {
    await withEngine(engine.engine, (tx) => refreshStatistics(tx, tables));
  } catch (error) {
    engine.log.warn({ err: error }, "the planner's statistics could not be refreshed");
  }
}
