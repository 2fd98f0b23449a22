import { z } from "zod";
import { withTenant } from "../../store/tenant.ts";
import type { Ctx } from "../context.ts";
import type { RunCreation } from "./creation.ts";
import { previewRun as countRun } from "./plan.ts";
import { resolveCreation } from "./resolve-creation.ts";

/** What a run would cover if it were planned now. */
export const impactCounts = z.object({
  planned: z.int().meta({ description: "Images that the run would cover." }),
  fresh: z.int().meta({ description: "Images left out because nothing newer touches them." }),
  withoutSbom: z.int().meta({ description: "Of the planned: would end `incomplete: no_sbom`." }),
  digest: z
    .string()
    .meta({ description: "Of the planned set, as the run's impact snapshot would carry it." }),
  feedSequence: z.int().meta({ description: "Advisories counted up to here." }),
});

export function toImpactCounts(counts: Awaited<ReturnType<typeof countRun>>): z.infer<typeof impactCounts> {
  const { planned, fresh, withoutSbom, digest, feedSeq } = counts;
  return { planned, fresh, withoutSbom, digest, feedSequence: feedSeq };
}

/** Answers what the run of a creation would cover; writes nothing. */
export async function previewCreation(
  ctx: Ctx,
  creation: RunCreation,
): Promise<z.infer<typeof impactCounts>> {
  const tenant = ctx.caller.identity.tenant;
  return withTenant(ctx.app, tenant, async (tx, now) => {
    const { request, mode } = await resolveCreation(tx, tenant, creation);
    return toImpactCounts(await countRun(tx, now, tenant, request, mode));
  });
}
