import { z } from "zod";
import { runRequest } from "../../model/runs/run-request.ts";
import type { TouchedComponents } from "../../store/runs/impact-snapshot.ts";
import { countImpactSet } from "../../store/images/impact-set.ts";
import { type TenantTx, withTenant } from "../../store/tenant.ts";
import type { Ctx } from "../context.ts";
import { readFeedSequence, touchedByAdvisories, touchedByPurls } from "./touched.ts";

/** What to resolve: `purls` or `advisories`, a `selection`, or one of the two within a selection. */
export const impactRequest = runRequest
  .pick({ purls: true, advisories: true, selection: true })
  .refine(({ purls, advisories }) => purls === undefined || advisories === undefined, {
    path: ["advisories"],
    message: "give purls or advisories, not both",
  })
  .refine(
    ({ purls, advisories, selection }) =>
      purls !== undefined || advisories !== undefined || selection !== undefined,
    { path: ["selection"], message: "give purls, advisories or a selection" },
  );

export type ImpactRequest = z.infer<typeof impactRequest>;

const group = z.object({ name: z.string(), images: z.int() });

export const impactAnswer = z.object({
  schemaVersion: z.literal("scheduler.impact-set@1"),
  images: z.int(),
  withoutSbom: z.int().meta({ description: "Images of the set that have no SBOM yet." }),
  namespaces: z.int(),
  repositories: z.int(),
  byNamespace: z.array(group).meta({ description: "The largest namespaces, 50 at most." }),
  byRepository: z.array(group).meta({ description: "The largest repositories, 50 at most." }),
  sample: z.array(z.string()).meta({ description: "The first ten image digests." }),
  digest: z.string().meta({ description: "Of the set: a run that covers all of it carries the same one." }),
  feedSequence: z.int(),
  unknownAdvisories: z.array(z.string()).meta({ description: "Ids and aliases that no record has." }),
});

export type ImpactAnswer = z.infer<typeof impactAnswer>;

/**
 * Which images package URLs or advisories touch, or a selection covers, now. Fresh results make no
 * difference here: they are what the preview of a run leaves out.
 */
export async function resolveImpact(ctx: Ctx, request: ImpactRequest): Promise<ImpactAnswer> {
  const tenant = ctx.caller.identity.tenant;
  return withTenant(ctx.app, tenant, async (tx) => {
    const feedSequence = await readFeedSequence(tx);
    const { touched, unknown } = await touchedBy(tx, tenant, request);
    const set = await countImpactSet(tx, tenant, {
      selection: request.selection,
      componentIds: touched?.componentIds,
    });
    return {
      schemaVersion: "scheduler.impact-set@1",
      ...set,
      byNamespace: [...set.byNamespace],
      byRepository: [...set.byRepository],
      sample: [...set.sample],
      feedSequence,
      unknownAdvisories: unknown,
    };
  });
}

async function touchedBy(
  tx: TenantTx,
  tenant: string,
  { purls, advisories }: ImpactRequest,
): Promise<{ touched: TouchedComponents | undefined; unknown: string[] }> {
  if (advisories !== undefined) return touchedByAdvisories(tx, tenant, advisories);
  const touched = purls === undefined ? undefined : await touchedByPurls(tx, tenant, purls);
  return { touched, unknown: [] };
}
