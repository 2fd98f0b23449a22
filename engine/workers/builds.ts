import { z } from "zod";
import { timestamp, toTimestamp } from "../../model/time/timestamp.ts";
import { withEngine } from "../../store/tenant.ts";
import { listBuilds } from "../../store/workers/late.ts";
import type { Ctx } from "../context.ts";
import { lateCounts } from "./documents.ts";
import { readFleet } from "./fleet.ts";
import { toSdk } from "./present.ts";
import { onlyTenant, toLateCounts } from "./view.ts";

const daysShown = 30;
const buildsShown = 500;

/** One build of a worker program. */
export const buildDocument = z.object({
  sdk: z.object({ language: z.string(), version: z.string() }),
  build: z.string().meta({ description: "As its workers say themselves; empty when they do not." }),
  workersAlive: z.int(),
  lateResults: lateCounts.meta({
    description: "Of the last 30 days. Without `platform.admin` those of one's own jobs.",
  }),
  lastDifferingAt: timestamp.optional(),
});

export const buildList = z.object({
  items: z.array(buildDocument).meta({ description: "Those that differ most in front, 500 at most." }),
});

/**
 * Which builds work now, and which gave late results that differ from the accepted ones. It outlives the workers.
 * @throws DomainError `unavailable`
 */
export async function showBuilds(ctx: Ctx): Promise<z.infer<typeof buildList>> {
  const tenant = onlyTenant(ctx);
  const { alive } = await readFleet(ctx);
  const isAlive = new Set(alive.map((one) => one.worker));
  const rows = await withEngine(ctx.engine, (tx, now) =>
    listBuilds(tx, new Date(now.getTime() - daysShown * 24 * 3_600_000), tenant, buildsShown),
  );
  return {
    items: rows.map((row) => ({
      sdk: toSdk(row.sdk),
      build: row.build,
      workersAlive: row.worker_ids.filter((id) => isAlive.has(id)).length,
      lateResults: toLateCounts(row),
      ...(row.last_differing_at && { lastDifferingAt: toTimestamp(row.last_differing_at.getTime()) }),
    })),
  };
}
